using Distributed.Jobs.Results;
using Distributed.Learning.Networks;

namespace Distributed.Node.Tests.Http;

/// <summary>A job that a gateway queued, read from its store as dtrain reads it.</summary>
[Collection(GatewayCollection.Name)]
public sealed class StoredModelTests(GatewayFixture gateway)
{
    [Fact]
    public async Task A_queued_job_is_listed_with_the_encoding_that_it_kept_and_gives_its_model()
    {
        await gateway.Client.SubmitAsync("""{ "data": "buyers", "epochs": 2, "name": "read-from-the-store" }""");
        var ended = await gateway.Client.UntilEndedAsync("read-from-the-store");

        var record = (await gateway.Cluster.Jobs.ListJobsAsync(CancellationToken.None)).Single(job => job.Id.Value == "read-from-the-store");
        Assert.NotNull(await gateway.Cluster.Stored.FindBytesAsync(record.EncodingId!, CancellationToken.None));
        var model = await gateway.Cluster.Jobs.ReadModelAsync(record, CheckpointChoice.Last, CancellationToken.None);
        Assert.Equal(ended.End!.WeightsSha256, ParameterHash.Compute(model.Parameters));
        Assert.Equal(2, model.Origin.Epoch);
    }
}
