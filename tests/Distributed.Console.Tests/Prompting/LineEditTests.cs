using CsCheck;
using Distributed.Console.Prompting;

namespace Distributed.Console.Tests.Prompting;

public sealed class LineEditTests
{
    private static readonly string[] History = ["jobs", "watch digits-1"];

    [Fact]
    public void Keys_write_move_and_delete_as_fingers_know_them()
    {
        var edit = Edit();
        Press(edit, [.. Keys.Typed("watch digits-1"), Keys.Backspace, .. Keys.Typed("2")]);
        Assert.Equal(("watch digits-2", 14), (edit.Text, edit.Cursor));
        Press(edit, [Keys.Control(ConsoleKey.A), Keys.Of(ConsoleKey.Delete), .. Keys.Typed("W"), Keys.Control(ConsoleKey.E), Keys.Control(ConsoleKey.W)]);
        Assert.Equal("Watch ", edit.Text);
        Press(edit, [.. Keys.Typed("a b"), Keys.Alt(ConsoleKey.B), Keys.Alt(ConsoleKey.B), Keys.Control(ConsoleKey.K)]);
        Assert.Equal("Watch ", edit.Text);
        Press(edit, [Keys.Left, Keys.Left, Keys.Control(ConsoleKey.U)]);
        Assert.Equal(("h ", 0), (edit.Text, edit.Cursor));
    }

    [Fact]
    public void The_history_is_gone_through_and_the_line_that_was_begun_waits_at_its_end()
    {
        var edit = Edit();
        Press(edit, [.. Keys.Typed("no"), Keys.Up]);
        Assert.Equal("watch digits-1", edit.Text);
        Press(edit, [Keys.Up, Keys.Up, Keys.Up]);
        Assert.Equal("jobs", edit.Text);
        Press(edit, [Keys.Down, Keys.Down, Keys.Down]);
        Assert.Equal(("no", 2), (edit.Text, edit.Cursor));
    }

    [Fact]
    public void A_tab_completes_what_is_sure_and_shows_what_is_not()
    {
        var edit = Edit("pause", "predict", "parade");
        Press(edit, [.. Keys.Typed("p\t")]);
        Assert.Equal("p", edit.Text);
        Assert.Equal(["pause", "predict", "parade"], edit.Candidates);
        Press(edit, [.. Keys.Typed("a\t")]);
        Assert.Equal(["pause", "parade"], edit.Candidates);
        Press(edit, [.. Keys.Typed("u\t")]);
        Assert.Empty(edit.Candidates);
        Assert.Equal("pause ", edit.Text);
    }

    [Fact]
    public void Ctrl_c_drops_a_line_and_ctrl_d_ends_only_an_empty_one()
    {
        var edit = Edit();
        Press(edit, [.. Keys.Typed("ab"), Keys.Left]);
        Assert.Equal(LineOutcome.Changed, edit.Press(Keys.Control(ConsoleKey.D)));
        Assert.Equal("a", edit.Text);
        Assert.Equal(LineOutcome.Dropped, edit.Press(Keys.Control(ConsoleKey.C)));
        Assert.Equal(LineOutcome.Ended, Edit().Press(Keys.Control(ConsoleKey.D)));
        Assert.Equal(LineOutcome.Entered, edit.Press(Keys.Enter));
    }

    [Fact]
    public void No_keys_bring_it_out_of_its_bounds() => Gen.Select(Gen.Int[0, 255], Gen.Int[0, 7], Gen.Char).Array[0, 200].Sample(presses =>
    {
        var edit = Edit("pause", "predict");
        foreach (var (key, modifiers, c) in presses)
        {
            edit.Press(new ConsoleKeyInfo(c, (ConsoleKey)key, (modifiers & 1) != 0, (modifiers & 2) != 0, (modifiers & 4) != 0));
            Assert.InRange(edit.Cursor, 0, edit.Text.Length);
            Assert.InRange(edit.Text.Length, 0, CommandWords.LongestLine);
            Assert.DoesNotContain(edit.Text, char.IsControl);
        }
    });

    private static LineEdit Edit(params string[] words) => new(History, text => new Completion(0, [.. words.Where(w => w.StartsWith(text, StringComparison.Ordinal))]));

    private static void Press(LineEdit edit, IEnumerable<ConsoleKeyInfo> keys)
    {
        foreach (var key in keys) edit.Press(key);
    }
}
