using System.Text.Json;
using Distributed.Console.Terminals;
using Distributed.Console.Tests.Fakes;

namespace Distributed.Console.Tests.Commands;

/// <summary>What a file holds, before anything is trained and without a cluster.</summary>
public sealed class DataShowTests : IDisposable
{
    private readonly TestConsole _console = new();

    [Fact]
    public async Task A_file_here_is_described_with_the_flags_that_change_what_is_taken()
    {
        var file = _console.Write("people.csv", "zip,price,town\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"0{i % 7};,{(i % 4 == 0 ? "NA" : $"{i}.5")},{"ABC"[i % 3]}\n")).Replace(";", "", StringComparison.Ordinal));

        Assert.Equal(ExitCode.Done, await _console.RunAsync("data", "show", file));
        Assert.Contains("people.csv: 40 rows, 3 columns", _console.Output, StringComparison.Ordinal);
        Assert.Contains("25.00 %", _console.Output, StringComparison.Ordinal);
        Assert.Contains("--column zip=number reads the numbers", _console.Output, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Done, await _console.RunAsync("data", "show", file, "--column", "zip=number", "--json"));
        var told = JsonDocument.Parse(_console.Output[_console.Output.LastIndexOf("{\"data\"", StringComparison.Ordinal)..]).RootElement;
        Assert.Equal(["number", "number", "category"], told.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("role").GetString()));
    }

    [Fact]
    public async Task Several_files_are_described_as_one_table()
    {
        _console.Write("part-1.csv", "a,c\n1,x\n2,y\n");
        var second = _console.Write("part-2.csv", "c,a\nx,30\n");
        Assert.Equal(ExitCode.Done, await _console.RunAsync("data", "show", second.Replace("part-2", "part-*", StringComparison.Ordinal), "--json"));
        Assert.Contains("\"rows\":3", _console.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _console.Dispose();
}
