using Distributed.Console.Commands;
using Distributed.Api;
using Distributed.Console.Prompting;
using Distributed.Console.Terminals;
using Distributed.Console.Tests.Fakes;
using Distributed.Console.Tests.Prompting;
using Distributed.Protocol.Nodes;

namespace Distributed.Console.Tests.Commands;

/// <summary>The prompt, and lines from a pipe.</summary>
public sealed class ConsoleCommandTests : IDisposable
{
    private static readonly string[] Nobody = [];

    private readonly TestConsole _console = new();

    public ConsoleCommandTests() => _console.Gateway.On("GET /api/v1/nodes", new NodeList([new NodeInfo { Address = "a:1", Roles = Nobody, State = "up", Reachable = true, Version = "1" }]), ApiJson.Default.NodeList);

    public void Dispose() => _console.Dispose();

    [Fact]
    public async Task Every_line_of_a_pipe_is_a_command_and_the_last_failure_is_the_exit_code()
    {
        _console.Input = "nodes --json\n\n# a remark\nno-such-command\ndtrain nodes --json\nwatch 'open\nexit\nnodes --json\n";
        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("console", "--server", "http://gateway"));
        Assert.Equal(2, _console.Output.Split('\n').Count(line => line.StartsWith("{\"nodes\":", StringComparison.Ordinal)));
        Assert.Contains("there is no command 'no-such-command'", _console.Error, StringComparison.Ordinal);
        Assert.Contains("' is not closed", _console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Good_lines_end_well_and_a_prompt_has_no_prompt_inside()
    {
        _console.Input = "nodes --json";
        _console.Variables["DTRAIN_SERVER"] = "gateway";
        Assert.Equal(ExitCode.Done, await _console.RunAsync("console"));
        _console.Input = "console";
        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("console"));
        Assert.Contains("there is no command 'console'", _console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_server_is_told_before_any_line_is_read()
    {
        _console.Input = "nodes";
        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("console", "--server", "ftp://gateway"));
        Assert.Contains("--server: 'ftp://gateway'", _console.Error, StringComparison.Ordinal);
        Assert.Empty(_console.Gateway.Asked);
    }

    [Fact]
    public async Task A_person_types_completes_recalls_and_leaves_and_no_failure_is_an_exit_code()
    {
        _console.TerminalWidth = 80;
        _console.ReadKey = Keys.Keyboard(Keys.Typed("nod\t--js\t\n"), Keys.Typed("nowhere\n"), [Keys.Up, Keys.Up, Keys.Enter], Keys.Typed("exit\n"));
        Assert.Equal(ExitCode.Done, await _console.RunAsync("console", "--server", "gateway"));
        Assert.Equal(2, _console.Gateway.Asked.Count);
        Assert.Contains("dtrain> nodes --json ", _console.Output, StringComparison.Ordinal);
        Assert.Contains("there is no command 'nowhere'", _console.Error, StringComparison.Ordinal);
        Assert.Equal(["nodes --json ", "nowhere", "nodes --json ", "exit"], File.ReadAllLines(Path.Combine(Path.GetDirectoryName(_console.Store)!, "history")));
    }

    [Fact]
    public async Task A_long_line_slides_under_the_prompt_and_never_wraps()
    {
        _console.TerminalWidth = 40;
        _console.ReadKey = Keys.Keyboard(Keys.Typed("# " + new string('x', 90)), [Keys.Control(ConsoleKey.A), Keys.Control(ConsoleKey.C)]);
        Assert.Equal(ExitCode.Done, await _console.RunAsync("console"));
        var drawn = _console.Output.Split('\r').Where(line => line.StartsWith("dtrain> ", StringComparison.Ordinal)).Select(line => line.Split('\e')[0]).ToList();
        Assert.All(drawn, line => Assert.InRange(line.Length, 0, 39));
        Assert.EndsWith("# " + new string('x', 29), drawn[^2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_c_ends_the_running_command_and_not_the_prompt()
    {
        // A server that never answers: the command would wait for it.
        _console.Gateway.OnNever("GET /api/v1/jobs/endless-1?last=0");
        _console.TerminalWidth = 80;
        _console.ReadKey = Keys.Keyboard(Keys.Typed("watch endless-1 --server gateway\n"), Keys.Typed("nodes --json --server gateway\n"));
        using var prompt = new CommandPrompt(_console.Environment, ConsoleApplication.RunAsync, CommandTree.Create);
        Assert.False(prompt.Interrupt());
        var running = prompt.RunAsync();
        await _console.Gateway.NeverAsked.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(prompt.Interrupt());

        Assert.Equal(ExitCode.Done, await running.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("dtrain: interrupted", _console.Error, StringComparison.Ordinal);
        Assert.Contains("{\"nodes\":", _console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_c_ends_a_run_of_lines_from_a_pipe()
    {
        _console.Gateway.OnNever("GET /api/v1/jobs/endless-1?last=0");
        _console.Input = "watch endless-1 --server gateway\nnodes --json --server gateway\n";
        using var prompt = new CommandPrompt(_console.Environment, ConsoleApplication.RunAsync, CommandTree.Create);
        var running = prompt.RunAsync();
        await _console.Gateway.NeverAsked.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(prompt.Interrupt());

        Assert.Equal(ExitCode.Interrupted, await running.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.DoesNotContain("{\"nodes\":", _console.Output, StringComparison.Ordinal);
    }
}
