using Distributed.Console.Output;
using Distributed.Console.Terminals;
using Distributed.Protocol.Search;
using Spectre.Console;

namespace Distributed.Console.Searches;

/// <summary>A terminal: what is decided scrolls by, and below it stands a table of the best and the running trials that is drawn over in place.</summary>
internal sealed class LiveSearchDisplay(IAnsiConsole console, int rows, TimeProvider clock) : PlainSearchDisplay(_ => { }, quiet: false)
{
    private const int MostBest = 3, MostRunning = 8;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    private readonly LiveRegion _region = new(console, rows);
    private SearchView? _view;
    private long _drawn;

    public override void Started(SearchView view)
    {
        base.Started(view);
        _view = view;
    }

    public override void Progressed(SearchView view)
    {
        if (clock.GetElapsedTime(_drawn) < Between) return;
        _drawn = clock.GetTimestamp();
        _region.Draw(Lines());
    }

    public override void Completed(SearchView view, SearchResult result)
    {
        End();
        base.Completed(view, result);
    }

    public override void Interrupted(SearchView view, string words)
    {
        End();
        base.Interrupted(view, words);
    }

    public override void Dispose()
    {
        End();
        base.Dispose();
    }

    protected override void Write(StyledLine line)
    {
        if (_view is null) Terminal.Write(console, line);
        else _region.WriteAbove(line, Lines());
    }

    private void End()
    {
        if (_view is null) return;
        _view = null;
        _region.Clear();
    }

    private IEnumerable<StyledLine> Lines()
    {
        if (_view is not { } view) yield break;
        yield return SearchText.Progress(view);
        yield return SearchText.Columns(view);
        foreach (var trial in Ranking.Sort(view.Search.Specification.Goal, view.History.Trials.Where(trial => trial.Last is not null)).Take(MostBest)) yield return SearchText.Of(view, trial);
        foreach (var trial in view.History.Missing.Where(trial => view.EpochOf(trial) > (trial.Last?.Epochs ?? 0)).Take(MostRunning)) yield return SearchText.Of(view, trial);
    }
}
