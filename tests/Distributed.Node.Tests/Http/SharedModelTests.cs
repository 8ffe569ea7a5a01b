using System.Diagnostics.Metrics;
using System.Net;
using Distributed.Api;

namespace Distributed.Node.Tests.Http;

/// <summary>A checkpoint's model is built once for everyone who asks.</summary>
[Collection(GatewayCollection.Name)]
public sealed class SharedModelTests(GatewayFixture gateway)
{
    private readonly HttpClient _client = gateway.Client;

    [Fact]
    public async Task Forty_predictions_at_once_build_the_model_once_and_a_pause_does_not_throw_it_away()
    {
        await _client.SubmitAsync("""{ "data": "diabetes", "hidden": [64], "epochs": 1, "name": "asked-by-forty" }""");
        await _client.UntilEndedAsync("asked-by-forty");
        var builds = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "distributed.models.built") listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref builds, (int)count));
        listener.Start();

        var statuses = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => PredictAsync()));
        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(1, builds);
        await Task.Delay(1_500); // longer than it is remembered which checkpoint is the newest
        Assert.Equal(HttpStatusCode.OK, await PredictAsync());
        Assert.Equal(1, builds);
    }

    private async Task<HttpStatusCode> PredictAsync()
    {
        const string Row = """{ "rows": [{ "age": 59, "sex": 2, "bmi": 32.1, "bp": 101, "s1": 157, "s2": 93.2, "s3": 38, "s4": 4, "s5": 4.8598, "s6": 87 }] }""";
        using var response = await _client.PostAsync(ApiRoutes.JobPredictions("asked-by-forty"), ClientExtensions.Json(Row));
        return response.StatusCode;
    }
}
