using System.Diagnostics;
using Distributed.Api;
using Distributed.Node.Tests.Http;
using Distributed.Tests;

namespace Distributed.Node.Tests.Clients;

[Collection(GatewayCollection.Name)]
public sealed class TypeScriptClientTests(GatewayFixture gateway)
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    [TypeScriptFact]
    public async Task The_types_that_openapi_typescript_generates_compile_and_go_from_upload_to_prediction()
    {
        var folder = Directory.CreateTempSubdirectory("distributed-typescript-").FullName;
        try
        {
            Directory.CreateSymbolicLink(Path.Combine(folder, "node_modules"), TypeScriptFactAttribute.Modules);
            await File.WriteAllTextAsync(Path.Combine(folder, "package.json"), "{ \"type\": \"module\" }");
            await File.WriteAllTextAsync(Path.Combine(folder, "openapi.json"), await gateway.Client.GetStringAsync(ApiRoutes.OpenApi));
            File.Copy(Path.Combine(TypeScriptFactAttribute.Folder, "walk.ts"), Path.Combine(folder, "walk.ts"));
            await RunAsync(folder, "node_modules/openapi-typescript/bin/cli.js", "openapi.json", "-o", "api.d.ts");
            await RunAsync(folder, "node_modules/typescript/bin/tsc", "--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom,dom.asynciterable", "--types", "node", "walk.ts");
            var predicted = await RunAsync(folder, "walk.js", gateway.Client.BaseAddress!.AbsoluteUri.TrimEnd('/'));
            Assert.Contains(predicted.Trim(), (string[])["even", "odd"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Runs a program of Node.js; what it prints.</summary>
    private static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("node", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var bound = new CancellationTokenSource(Bound);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(bound.Token), process.StandardError.ReadToEndAsync(bound.Token));
            await process.WaitForExitAsync(bound.Token);
            Assert.True(process.ExitCode == 0, $"{arguments[0]}: {await output}{await error}");
            return await output;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}

/// <summary>A test that needs Node.js and the packages of its folder; skipped where one of them is missing.</summary>
public sealed class TypeScriptFactAttribute : FactAttribute
{
    public TypeScriptFactAttribute() => Skip = Missing();

    /// <summary>Where the sources are.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "tests", "Distributed.Node.Tests", "Clients", "TypeScript");

    /// <summary>Where the packages are.</summary>
    public static string Modules { get; } = Path.Combine(Folder, "node_modules");

    private static string? Missing()
    {
        var isThere = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "node")));
        if (!isThere) return "Node.js is not installed";
        return Directory.Exists(Modules) ? null : $"its packages are not installed: npm install --no-package-lock in {Path.GetRelativePath(Repository.Root, Folder)}";
    }
}
