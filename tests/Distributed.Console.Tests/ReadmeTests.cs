using System.Diagnostics;
using Distributed.Console.Commands;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;
using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Learning.Networks;
using Distributed.Models;
using Distributed.Tests;

namespace Distributed.Console.Tests;

/// <summary>The commands of every document parse; the README's program builds and runs.</summary>
public sealed class ReadmeTests
{
    public static TheoryData<string> Commands =>
        [.. MarkdownDocument.All.SelectMany(document => CodeBlocks(document, "sh")).SelectMany(block => block.Split('\n'))
            .Where(line => line.StartsWith("dtrain ", StringComparison.Ordinal)).Distinct()];

    [Fact]
    public void Commands_are_found() => Assert.True(Commands.Count >= 17, "the documents have shrunk, or are read wrongly");

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_of_a_document_parses(string line)
    {
        var arguments = line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
        var parsed = CommandTree.Create(ConsoleEnvironment.OfProcess(ProcessCluster.StartAsync)).Parse(arguments);
        Assert.Null(BadUsage.Describe(parsed));
    }

    [Fact]
    public async Task The_readmes_program_builds_with_Distributed_Models_alone_and_answers()
    {
        var folder = Path.Combine(Path.GetTempPath(), "readme-" + Path.GetRandomFileName());
        Directory.CreateDirectory(folder);
        try
        {
            SaveBuyersModel(Path.Combine(folder, "runs", "buyers-1", "best"));
            var program = CodeBlocks(MarkdownDocument.All[0], "csharp").Single();
            Assert.True(program.Trim().Split('\n').Length <= 11, "it promises to be short");
            await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), program);
            await File.WriteAllTextAsync(Path.Combine(folder, "ask.csproj"), $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <OutputType>Exe</OutputType>
                    <TargetFramework>net10.0</TargetFramework>
                    <ImplicitUsings>enable</ImplicitUsings>
                    <InvariantGlobalization>true</InvariantGlobalization>
                  </PropertyGroup>
                  <ItemGroup>
                    <Reference Include="{Path.Combine(AppContext.BaseDirectory, "Distributed.Models.dll")}" />
                  </ItemGroup>
                </Project>
                """);

            var output = await RunAsync(folder, "run", "--project", "ask.csproj");

            Assert.Matches(@"^(yes|no) \(\d+\.\d %\)$", output.Trim().Split('\n')[^1]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void SaveBuyersModel(string folder)
    {
        var data = DataSets.Load(new DataSettings { Source = "buyers" });
        var network = new NetworkSpecification { Inputs = data.Encoding.Inputs, Hidden = [4], Outputs = data.Encoding.Outputs };
        var parameters = new float[new ParameterLayout(network).Count];
        new Network(network).Initialize(1, parameters);
        new TrainedModel(network, data.Encoding, parameters).Save(folder);
    }

    private static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var output = await process.StandardOutput.ReadToEndAsync(bound.Token);
        await process.WaitForExitAsync(bound.Token);
        Assert.True(process.ExitCode == 0, output + await error);
        return output;
    }

    private static IEnumerable<string> CodeBlocks(MarkdownDocument document, string language) =>
        document.CodeBlocks.Where(block => block.Language == language).Select(block => block.Text);
}
