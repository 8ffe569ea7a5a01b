using System.Xml.Linq;
using Distributed.Data.Samples;
using Distributed.Learning.Networks;
using Distributed.Models;
using Distributed.Protocol.Specification;
using Distributed.Tensors.Memory;

namespace Distributed.Architecture.Tests;

public class ProjectLayersTests
{
    [Fact]
    public void Project_files_reference_downward_only()
    {
        var projects = Directory.GetFiles(Path.Combine(RepositoryRoot(), "src"), "*.csproj", SearchOption.AllDirectories);
        Assert.True(projects.Length >= 5, $"found only {projects.Length} projects");
        var violations = projects.SelectMany(path => ProjectLayers.Violations(
            Path.GetFileNameWithoutExtension(path), ProjectLayers.ReferencesOf(XDocument.Load(path))));
        Assert.True(!violations.Any(), string.Join('\n', violations));
    }

    [Fact]
    public void Files_that_all_projects_import_reference_no_project_of_ours()
    {
        foreach (var name in new[] { "Directory.Build.props", "Directory.Build.targets" })
        {
            var path = Path.Combine(RepositoryRoot(), name);
            if (File.Exists(path))
                Assert.DoesNotContain(
                    ProjectLayers.ReferencesOf(XDocument.Load(path)), reference => reference.StartsWith("Distributed.", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Built_assemblies_reference_downward_only()
    {
        // Those of the upper layers only where they are built; their project files are read in any case.
        var configuration = Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)))!;
        var names = new HashSet<string>();
        foreach (var source in Directory.GetDirectories(Path.Combine(RepositoryRoot(), "src")))
        {
            var project = Path.GetFileName(source);
            var output = Path.Combine(source, "bin", configuration);
            if (!Directory.Exists(output))
                continue;
            var assemblies = Directory.GetFiles(output, "*.dll", SearchOption.AllDirectories)
                .Where(path => Path.GetFileNameWithoutExtension(path) == (project == "Distributed.Console" ? "dtrain" : project))
                .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}ref{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
            foreach (var path in assemblies)
            {
                using var scanner = new AssemblyScanner(path);
                names.Add(scanner.Name);
                var violations = ProjectLayers.Violations(scanner.Name, scanner.ReferencedAssemblies);
                Assert.True(!violations.Any(), string.Join('\n', violations));
            }
        }

        Assert.Superset(
            new HashSet<string>(
                new[] { typeof(AlignedBuffer), typeof(Network), typeof(EncodedDataSet), typeof(TrainedModel), typeof(JobSpecification) }.Select(type => type.Assembly.GetName().Name!)),
            names);
    }

    [Theory]
    [InlineData("Distributed.Tensors", "Distributed.Learning")]
    [InlineData("Distributed.Learning", "Distributed.Protocol")]
    [InlineData("Distributed.Protocol", "Distributed.Cluster")]
    [InlineData("Distributed.Protocol", "Distributed.Transport")]
    [InlineData("Distributed.Cluster", "Distributed.Node")]
    [InlineData("Distributed.Cluster", "dtrain")]
    [InlineData("Distributed.Node", "Distributed.Console")]
    [InlineData("dtrain", "Distributed.Node")]
    [InlineData("Distributed.Learning", "Distributed.Learning.Tests")]
    [InlineData("Distributed.Protocol", "Akka")]
    [InlineData("Distributed.Transport", "Akka.Streams")]
    [InlineData("Distributed.Unheard", "Distributed.Tensors")]
    public void A_reference_that_does_not_point_down_is_found(string source, string reference)
    {
        Assert.NotEmpty(ProjectLayers.Violations(source, [reference]));
        foreach (var item in new[]
                 {
                     $"<ProjectReference Include='..\\{reference}\\{reference}.csproj' />",
                     $"<ProjectReference Include='../{reference}/{reference}.csproj' />",
                     $"<PackageReference Include='{reference}' />",
                     $"<Reference Include='../bin/{reference}.dll' />",
                 })
        {
            var project = XDocument.Parse($"<Project><ItemGroup Condition='true'>{item}</ItemGroup></Project>");
            Assert.NotEmpty(ProjectLayers.Violations(source, ProjectLayers.ReferencesOf(project)));
        }
    }

    [Fact]
    public void The_references_of_a_built_assembly_are_read()
    {
        // This test assembly sits above Learning and references Protocol: as Distributed.Learning it would be an offence.
        using var scanner = new AssemblyScanner(typeof(ProjectLayersTests).Assembly.Location);
        Assert.Contains("Distributed.Protocol", scanner.ReferencedAssemblies);
        Assert.NotEmpty(ProjectLayers.Violations("Distributed.Learning", scanner.ReferencedAssemblies));
    }

    [Theory]
    [InlineData("Distributed.Learning", "Distributed.Tensors")]
    [InlineData("Distributed.Cluster", "Akka.Cluster")]
    [InlineData("Distributed.Cluster", "Distributed.Transport")]
    [InlineData("Distributed.Node", "Distributed.Cluster")]
    [InlineData("dtrain", "Distributed.Tensors")]
    [InlineData("Distributed.Tensors", "System.Runtime")]
    public void A_reference_that_points_down_or_out_is_not(string source, string reference) =>
        Assert.Empty(ProjectLayers.Violations(source, [reference]));

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Distributed.sln")))
                return folder.FullName;
        throw new InvalidOperationException($"no Distributed.sln above {AppContext.BaseDirectory}");
    }
}
