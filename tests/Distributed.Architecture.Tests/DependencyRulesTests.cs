using ArchUnitNET.xUnit;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace Distributed.Architecture.Tests;

/// <summary>Who may use what, in words. What no type of its own stands for (a clock's property, one mathematical function) is in <see cref="ForbiddenMembers"/>.</summary>
public sealed class DependencyRulesTests
{
    private static readonly ArchUnitNET.Domain.Architecture Product = ProductArchitecture.Model;

    [Theory]
    [MemberData(nameof(ProjectsAndThoseNotBelow))]
    public void A_project_uses_only_projects_below_its_own(string project, string other) =>
        TypesOf(project).Should().NotDependOnAny(TypesOf(other)).Because("references point down the list of layers only").Check(Product);

    [Theory]
    [InlineData("Distributed.Tensors")]
    [InlineData("Distributed.Learning")]
    [InlineData("Distributed.Data")]
    [InlineData("Distributed.Models")]
    [InlineData("Distributed.Protocol")]
    [InlineData("Distributed.Transport")]
    [InlineData("Distributed.Api")]
    public void Below_the_actors_nothing_knows_Akka(string project) =>
        NotUse(project, @"^Akka(\.|$)").Because("rules, data plane and documents work without actors").Check(Product);

    [Theory]
    [InlineData("Distributed.Tensors")]
    [InlineData("Distributed.Learning")]
    [InlineData("Distributed.Data")]
    [InlineData("Distributed.Models")]
    [InlineData("Distributed.Protocol")]
    public void Rules_and_kernels_know_no_sockets_and_no_HTTP(string project) =>
        NotUse(project, @"^(System\.Net|Microsoft\.AspNetCore)(\.|$)").Because("pure rules translate nothing").Check(Product);

    [Theory]
    [InlineData("Distributed.Tensors")]
    [InlineData("Distributed.Learning")]
    [InlineData("Distributed.Protocol")]
    public void Rules_and_kernels_know_no_files(string project) =>
        Types().That().ResideInAssembly(ProductArchitecture.Assemblies[project])
            .Should().NotDependOnAny(Files())
            .Because("files belong to Data, Models and the programs").Check(Product);

    [Fact]
    public void The_actors_do_not_use_their_hosting() =>
        Types().That().ResideInNamespaceMatching(@"^Distributed\.Cluster\.(?!Hosting(\.|$))")
            .Should().NotDependOnAny(Types().That().ResideInNamespaceMatching(@"^Distributed\.Cluster\.Hosting(\.|$)"))
            .Because("hosting assembles the actors; they work without it, as in their specs").Check(Product);

    [Theory]
    [InlineData("Distributed.Cluster", @"^Akka(\.|$)")]
    [InlineData("Distributed.Transport", @"^(System\.Net|Microsoft\.AspNetCore)(\.|$)")]
    [InlineData("Distributed.Node", @"^(System\.Net|Microsoft\.AspNetCore)(\.|$)")]
    public void A_use_of_a_library_is_found_where_there_is_one(string project, string pattern) =>
        Assert.False(NotUse(project, pattern).HasNoViolations(Product));

    [Fact]
    public void A_use_of_files_is_found_where_there_is_one() =>
        Assert.False(TypesOf("Distributed.Models")
            .Should().NotDependOnAny(Files())
            .HasNoViolations(Product));

    [Fact]
    public void A_use_of_a_lower_project_is_found() =>
        Assert.False(TypesOf("Distributed.Console").Should().NotDependOnAny(TypesOf("Distributed.Jobs")).HasNoViolations(Product));

    public static TheoryData<string, string> ProjectsAndThoseNotBelow()
    {
        var pairs = new TheoryData<string, string>();
        foreach (var project in ProductArchitecture.Assemblies.Keys)
            foreach (var other in ProductArchitecture.Assemblies.Keys.Where(other => other != project && !ProjectLayers.IsBelow(other, project)))
                pairs.Add(project, other);
        return pairs;
    }

    private static ArchUnitNET.Fluent.Syntax.Elements.Types.GivenTypesConjunction TypesOf(string project) =>
        Types().That().ResideInAssembly(ProductArchitecture.Assemblies[project]);

    // Path is not among them: it works on text.
    private static ArchUnitNET.Fluent.Syntax.Elements.Types.GivenTypesConjunction Files() =>
        Types(true).That().HaveFullNameMatching(@"^System\.IO\.(File|Directory|Drive)[A-Za-z]*$");

    private static ArchUnitNET.Fluent.Syntax.Elements.Types.TypesShouldConjunction NotUse(string project, string namespaces) =>
        TypesOf(project).Should().NotDependOnAny(Types(true).That().ResideInNamespaceMatching(namespaces));
}
