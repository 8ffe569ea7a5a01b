using System.Text.Json;
using Distributed.Console.Terminals;
using Distributed.Console.Tests.Fakes;
using Distributed.Jobs.Submission;
using Distributed.Tests;

namespace Distributed.Console.Tests.Commands;

/// <summary>One sentence for a wrong value, by flag and by job file; the tests of the node say it over HTTP.</summary>
public sealed class WrongSettingTests : IDisposable
{
    private readonly TestConsole _console = new();

    public static TheoryData<string, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, string>();
            foreach (var (setting, value, sentence) in WrongSettings.All) cases.Add(setting, value, sentence);
            return cases;
        }
    }

    [Fact]
    public void Every_setting_has_a_wrong_value() => Assert.Equal(Settings.All.Select(s => (s.Name, s.Member)), WrongSettings.All.Select(s => (s.Setting, WrongSettings.MemberOf(s.Setting))));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_flag_and_a_job_file_say_the_same_of_a_wrong_value(string setting, string value, string sentence)
    {
        var member = WrongSettings.MemberOf(setting);
        var file = _console.Write("job.json", JsonSerializer.Serialize(new Dictionary<string, string> { [member] = value }));

        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("train", "--" + setting, value));
        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("train", "--job", file));

        Assert.Equal($"dtrain: --{setting}{sentence}\ndtrain: {member} in job.json{sentence}\n", _console.Error.ReplaceLineEndings("\n"));
        Assert.Null(_console.Cluster.Submitted);
    }

    public void Dispose() => _console.Dispose();
}
