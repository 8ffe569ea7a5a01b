using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using Distributed.Api;
using Distributed.Node.Tests.Http;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;

namespace Distributed.Node.Tests.Clients;

[Collection(GatewayCollection.Name)]
public sealed class CSharpClientTests(GatewayFixture gateway)
{
    [Fact]
    public async Task The_client_that_NSwag_generates_compiles_and_goes_from_upload_to_prediction()
    {
        var assembly = Compile(await GenerateAsync(), await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Clients", "CSharp", "Walk.cs")));
        using var http = new HttpClient();
        using var table = new MemoryStream(Encoding.UTF8.GetBytes(ClientExtensions.SmallTable(11)));
        var walk = assembly.GetType("Generated.Walk")!.GetMethod("GoAsync")!;
        var predicted = await ((Task<string>)walk.Invoke(null, [gateway.Client.BaseAddress!.AbsoluteUri, http, table])!).WaitAsync(TimeSpan.FromMinutes(2));
        Assert.Contains(predicted, (string[])["even", "odd"]);
    }

    private async Task<string> GenerateAsync()
    {
        var document = await OpenApiDocument.FromJsonAsync(await gateway.Client.GetStringAsync(ApiRoutes.OpenApi));
        var settings = new CSharpClientGeneratorSettings { ClassName = "GeneratedClient", ExceptionClass = "GeneratedException" };
        settings.CSharpGeneratorSettings.Namespace = "Generated";
        return new CSharpClientGenerator(document, settings).GenerateFile();
    }

    private static Assembly Compile(params string[] sources)
    {
        // What this process can load is what the generated code may use: the framework, and Newtonsoft.Json, which comes with NSwag.
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "Generated-" + Guid.NewGuid().ToString("N"), sources.Select(source => CSharpSyntaxTree.ParseText(source)), references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var image = new MemoryStream();
        var errors = compilation.Emit(image).Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Take(10).ToArray();
        Assert.True(errors.Length == 0, string.Join('\n', errors.Select(error => error.ToString())));
        image.Position = 0;
        return AssemblyLoadContext.Default.LoadFromStream(image);
    }
}
