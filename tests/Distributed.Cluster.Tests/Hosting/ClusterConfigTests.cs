using System.Text.RegularExpressions;
using Distributed.Cluster.Hosting;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Queue;
using Distributed.Cluster.Tests.Wire;
using Distributed.Cluster.Wire;

namespace Distributed.Cluster.Tests.Hosting;

/// <summary>Every type the shipped configuration names exists; otherwise a moved type would only be missed at run time.</summary>
public sealed partial class ClusterConfigTests(SerializerSystem system) : IClassFixture<SerializerSystem>
{
    public static TheoryData<string> Files =>
        [.. typeof(ClusterConfig).Assembly.GetManifestResourceNames().Where(name => name.StartsWith("cluster-config/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_type_that_the_configuration_names_is_loaded(string file) =>
        Assert.All(TypeNames(file), name => Assert.True(Type.GetType(name) is not null, $"{file}: there is no type {name}"));

    [Fact]
    public void The_configuration_names_the_types_of_this_project()
    {
        // Ensures that the test above does not pass by finding nothing.
        var names = TypeNames("cluster-config/common.conf");
        foreach (var type in new[] { typeof(ProtocolSerializer), typeof(RefusingSerializer), typeof(IClusterMessage), typeof(JobRegistered) })
            Assert.Contains($"{type.FullName}, {type.Assembly.GetName().Name}", names);
        Assert.True(names.Count >= 15, string.Join(" | ", names));
    }

    [Fact]
    public void Every_message_that_leaves_the_process_and_every_event_goes_through_the_projects_serializer()
    {
        var types = ProtocolMessages.Types.ToList();
        Assert.True(types.Count > 100);
        Assert.All(types, type => Assert.IsType<ProtocolSerializer>(system.System.Serialization.FindSerializerForType(type)));
        Assert.All(types, type => Assert.NotNull(ProtocolManifests.Find(type)));
    }

    [Fact]
    public void Every_stored_or_sent_form_belongs_to_a_message_or_an_event() =>
        Assert.Equal(ProtocolSerializer.Types.Select(type => type.FullName).Order(), ProtocolMessages.Types.Select(type => type.FullName).Order());

    [Fact]
    public void The_actors_that_nodes_find_by_name_can_be_selected_from_outside_and_no_others_of_ours()
    {
        var trusted = ClusterConfig.Common.GetStringList("akka.remote.trusted-selection-paths").Where(path => path.StartsWith("/user/", StringComparison.Ordinal));
        // The directory of jobs is a singleton, which Akka's manager and proxies find by name.
        string[] singleton = [$"/user/{JobDirectoryActor.Name}", $"/user/{JobDirectoryActor.Name}/{JobDirectoryActor.Name}"];
        Assert.Equal(NodeActors.Names.Select(name => $"/user/{name}").Concat(singleton).Order(), trusted.Order());
        Assert.True(ClusterConfig.Common.GetBoolean("akka.remote.untrusted-mode"));
    }

    [Fact]
    public void What_has_no_serializer_of_its_own_is_refused() =>
        Assert.IsType<RefusingSerializer>(system.System.Serialization.FindSerializerForType(typeof(FinishShards)));

    private static List<string> TypeNames(string file)
    {
        using var stream = typeof(ClusterConfig).Assembly.GetManifestResourceStream(file)!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n').Select(line => line.Split('#')[0])
            .SelectMany(line => TypeName().Matches(line)).Select(match => match.Value).Distinct()];
    }

    /// <summary>Namespace.Type, Assembly – quoted or not, as a key or a value.</summary>
    [GeneratedRegex(@"[A-Za-z_][\w+]*(\.[\w+`]+)+,\s*[A-Za-z][\w.]*")]
    private static partial Regex TypeName();
}
