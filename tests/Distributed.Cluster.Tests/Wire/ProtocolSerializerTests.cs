using System.Runtime.Serialization;
using System.Text;
using System.Text.Json.Nodes;
using Akka.Actor;
using Distributed.Cluster.Wire;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Cluster.Tests.Wire;

public sealed class ProtocolSerializerTests(SerializerSystem system) : IClassFixture<SerializerSystem>
{
    private readonly ActorSystem _system = system.System;

    public static TheoryData<string> Messages => [.. ProtocolMessages.Types.Select(type => type.FullName!)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Every_message_comes_back_as_it_was(string name)
    {
        var type = ProtocolMessages.Types.Single(candidate => candidate.FullName == name);
        for (var seed = 0; seed < 20; seed++)
        {
            var message = new SampleValues(seed).Make(type);
            var serializer = Assert.IsType<ProtocolSerializer>(_system.Serialization.FindSerializerFor(message));
            var back = serializer.FromBinary(serializer.ToBinary(message), serializer.Manifest(message));
            Assert.IsType(type, back);
            Assert.Equivalent(message, back, strict: true);
        }
    }

    [Fact]
    public void Fields_that_a_newer_node_adds_are_passed_over()
    {
        var serializer = new ProtocolSerializer((ExtendedActorSystem)_system);
        var read = serializer.FromBinary("""{"job":"j","added":{"deep":[1,2]},"block":3,"term":4,"query":5,"alsoAdded":"x"}"""u8.ToArray(), "get-block-state");
        Assert.Equal(new GetBlockState(new JobId("j"), 3, 4, 5), read);
    }

    [Fact]
    public void The_end_of_a_job_that_an_earlier_release_wrote_is_read_without_a_hash()
    {
        var serializer = new ProtocolSerializer((ExtendedActorSystem)_system);
        var read = serializer.FromBinary("""{"outcome":"Completed","step":45,"reason":"Epochs"}"""u8.ToArray(), "job-ended");
        Assert.Equal(new JobEnded(JobOutcome.Completed, 45, StopReason.Epochs, null), read);
    }

    [Fact]
    public void A_job_that_an_earlier_release_queued_is_read_without_an_owner()
    {
        var serializer = new ProtocolSerializer((ExtendedActorSystem)_system);
        var queued = (JobQueued)new SampleValues(1).Make(typeof(JobQueued));
        var record = JsonNode.Parse(serializer.ToBinary(queued with { Submission = queued.Submission with { Facts = queued.Submission.Facts with { Owner = "ann", Version = 1 } } }))!;
        var facts = record["submission"]!["facts"]!.AsObject();
        Assert.Equal(("ann", 1), ((string?)facts["owner"], (int?)facts["version"]));
        facts.Remove("owner");
        facts.Remove("version");
        var read = (JobQueued)serializer.FromBinary(Encoding.UTF8.GetBytes(record.ToJsonString()), serializer.Manifest(queued));
        Assert.Equivalent(queued with { Submission = queued.Submission with { Facts = queued.Submission.Facts with { Owner = null, Version = 0 } } }, read, strict: true);
    }

    [Theory]
    [InlineData("no-such-record", "{}")]
    [InlineData("pause-job", "{\"job\":\"NOT A NAME\"}")]
    [InlineData("pause-job", "[]")]
    [InlineData("pause-job", "")]
    [InlineData("assign-block", "{\"job\":\"j\",\"assignment\":7}")]
    public void What_cannot_be_read_is_refused_with_a_reason(string manifest, string text)
    {
        var serializer = new ProtocolSerializer((ExtendedActorSystem)_system);
        Assert.Throws<SerializationException>(() => serializer.FromBinary(Encoding.UTF8.GetBytes(text), manifest));
    }

    [Fact]
    public void Tensors_and_unknown_classes_have_no_form()
    {
        var gradient = new PushGradient(new JobId("j"), 0, 1, 1, new ReductionNode(0, 1), new float[1], default, null);
        foreach (var message in new object[] { gradient, new Version(1, 2), new Dictionary<string, string>(), new InvalidOperationException("x") })
            Assert.Throws<SerializationException>(() => _system.Serialization.FindSerializerFor(message).ToBinary(message));
    }

    [Fact]
    public void Bytes_that_name_a_class_are_not_read()
    {
        var bytes = "{\"$type\":\"System.Version, System.Private.CoreLib\"}"u8.ToArray();
        Assert.ThrowsAny<SerializationException>(() => _system.Serialization.Deserialize(bytes, 1, "System.Version, System.Private.CoreLib"));
    }
}
