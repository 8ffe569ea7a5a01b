using System.Collections.Concurrent;
using Distributed.Jobs.Training;
using Distributed.Models;

// A page that trains and answers. The cluster starts and stops with the host; what a stop interrupted goes on at the next start.
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddDistributedTraining(options => (options.Store, options.Workers) = ("host.db", 2));
builder.Services.AddSingleton<Desk>();
var app = builder.Build();

app.MapGet("/", () => Results.Content(Page.Html, "text/html"));
app.MapPost("/trainings/{name}", (string name, int epochs, Desk desk) => Results.Accepted($"/trainings/{name}", desk.Begin(name, epochs)));
app.MapPost("/trainings/{name}/resume", (string name, Desk desk) => Results.Accepted($"/trainings/{name}", desk.Resume(name)));
app.MapGet("/trainings/{name}", (string name, Desk desk) => desk.Find(name) is { } training ? Results.Ok(training.State) : Results.NotFound());
app.MapDelete("/trainings/{name}", (string name, Desk desk) => desk.Find(name)?.StopEarly.Cancel());
app.MapGet("/unfinished", async (ITrainer trainer) => (await trainer.ListJobsAsync()).Where(job => job.End is null).Select(job => job.Id.Value));
app.MapGet("/trainings/{name}/answer", (string name, float hours, float sleep, Desk desk) =>
    desk.Find(name)?.Best is { } model ? Results.Ok(model.Predict(hours, sleep).Class) : Results.NotFound());
app.Run();

internal sealed record State(string Name, int Epoch, string? Weights, string? Reason, string? Error);

internal sealed class OneTraining(string name) : IProgress<TrainingProgress>
{
    public CancellationTokenSource StopEarly { get; } = new();

    public State State { get; set; } = new(name, 0, null, null, null);

    public TrainedModel? Best { get; set; }

    public void Report(TrainingProgress value) => State = State with { Epoch = value.Ended?.Number ?? State.Epoch };
}

/// <summary>The trainings of this host, by name.</summary>
internal sealed class Desk(ITrainer trainer)
{
    private readonly ConcurrentDictionary<string, OneTraining> _trainings = new();

    public OneTraining? Find(string name) => _trainings.GetValueOrDefault(name);

    public State Begin(string name, int epochs) => Run(name, training => trainer.TrainAsync(
        new TrainingSettings { Name = name, Data = Exams(), Epochs = epochs, Hidden = [16], StopEarly = training.StopEarly.Token }, training));

    public State Resume(string name) => Run(name, training => trainer.ResumeAsync(new ResumeSettings { Job = name }, training));

    private State Run(string name, Func<OneTraining, Task<TrainingResult>> run)
    {
        var training = _trainings[name] = new OneTraining(name);
        _ = FinishAsync(training, run);
        return training.State;
    }

    private static async Task FinishAsync(OneTraining training, Func<OneTraining, Task<TrainingResult>> run)
    {
        try
        {
            var result = await run(training);
            training.Best = result.Best;
            training.State = training.State with { Weights = result.WeightsSha256, Reason = $"{result.Reason}" };
        }
        catch (Exception e)
        {
            training.State = training.State with { Error = e.Message };
        }
    }

    /// <summary>Hours of learning and of sleep, and whether the exam was passed.</summary>
    private static TrainingData Exams()
    {
        var random = new Random(2);
        var inputs = new float[1000, 2];
        var labels = new string[1000];
        for (var i = 0; i < labels.Length; i++)
        {
            (inputs[i, 0], inputs[i, 1]) = (random.NextSingle() * 40, random.NextSingle() * 10);
            labels[i] = inputs[i, 0] + 2 * inputs[i, 1] > 30 ? "passed" : "failed";
        }
        return TrainingData.FromArrays(inputs, labels);
    }
}

internal static class Page
{
    public const string Html = """
        <!doctype html><title>Exams</title><h1>Exams</h1>
        <button onclick="fetch('/trainings/page?epochs=20',{method:'POST'})">Train</button>
        <button onclick="fetch('/trainings/page/answer?hours=20&sleep=8').then(r=>r.json()).then(a=>answer.textContent=a)">20 hours, 8 of sleep?</button>
        <output id="answer"></output>
        """;
}
