using System.Collections.Concurrent;
using Distributed.Jobs.Training;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Distributed.Jobs.Tests.Training;

public sealed class HostedTrainerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-host-").FullName;

    private string Store => Path.Combine(_folder, "host.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_host_that_stops_interrupts_its_trainings_and_the_next_one_goes_on_with_them()
    {
        var settings = new TrainingSettings { Data = TrainingData.FromRows(Purchases.Rows), Epochs = 50, Hidden = [8] };
        var undisturbed = await Trainer.TrainAsync(settings);

        using (var host = Start())
        {
            var trainer = host.Services.GetRequiredService<ITrainer>();
            var early = await Assert.ThrowsAsync<InvalidOperationException>(() => trainer.TrainAsync(settings));
            Assert.Equal("the host has not started: its trainer is ready once it has", early.Message);
            await host.StartAsync();
            using var cancel = new CancellationTokenSource();
            await Assert.ThrowsAsync<TrainingInterruptedException>(
                () => trainer.TrainAsync(settings, TrainingProgress.Tell(report => { if (report.Ended?.Number == 2) cancel.Cancel(); }), cancel.Token));
            var begun = new TaskCompletionSource();
            var training = trainer.ResumeAsync(new ResumeSettings(), TrainingProgress.Tell(report => { if (report.Ended is not null) begun.TrySetResult(); }));
            await Task.WhenAny(begun.Task, training).WaitAsync(TimeSpan.FromMinutes(2));
            await host.StopAsync();
            var interrupted = await Assert.ThrowsAsync<TrainingInterruptedException>(() => training);
            Assert.Equal(Store, interrupted.Store);
        }

        using (var host = Start())
        {
            await host.StartAsync();
            var trainer = host.Services.GetRequiredService<ITrainer>();
            var job = Assert.Single(await trainer.ListJobsAsync());
            Assert.Null(job.End);
            var resumed = await trainer.ResumeAsync(new ResumeSettings { Job = job.Id.Value });
            Assert.Equal(undisturbed.WeightsSha256, resumed.WeightsSha256);
            await host.StopAsync();
        }
    }

    [Fact]
    public async Task Wrong_options_fail_the_start_in_one_line()
    {
        using var host = Start(options => options.Workers = 300);
        var error = await Assert.ThrowsAsync<TrainingSettingException>(() => host.StartAsync());
        Assert.Equal("Workers: 300 is out of range: must be between 1 and 256", error.Message);
    }

    [Fact]
    public async Task What_a_training_has_to_say_goes_to_the_hosts_loggers_alone()
    {
        var lines = new ConcurrentQueue<string>();
        var output = Console.Out;
        using var written = new StringWriter();
        Console.SetOut(written);
        try
        {
            using var loggers = LoggerFactory.Create(logging => logging.AddProvider(new Lines(lines)));
            ITrainer trainer = new Trainer(loggers);
            await trainer.TrainAsync(new TrainingSettings { Data = TrainingData.FromRows(Purchases.Rows.Select(row => row with { IsMember = true })), Epochs = 1 });
        }
        finally
        {
            Console.SetOut(output);
        }
        Assert.DoesNotContain("distributed", written.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains(lines, line => line.StartsWith("Information Distributed.Training: purchase-1: column \"IsMember\" is the same in all rows", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains('\n', StringComparison.Ordinal));
    }

    private IHost Start(Action<DistributedTrainingOptions>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDistributedTraining(configure ?? (options => options.Store = Store));
        return builder.Build();
    }

    private sealed class Lines(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        private string _category = "";

        public ILogger CreateLogger(string categoryName) => new Lines(lines) { _category = categoryName };

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {_category}: {formatter(state, exception)}");

        public void Dispose()
        {
        }
    }
}
