using Microsoft.Extensions.DependencyInjection;

namespace Distributed.Jobs.Training;

/// <summary>How a host trains.</summary>
public sealed record DistributedTrainingOptions
{
    /// <summary>The SQLite file of all trainings that name no other; null for a temporary one that is deleted when the host stops.</summary>
    public string? Store { get; set; }

    /// <summary>Worker actors, 1 to 256. Default: as of <see cref="TrainingRunSettings.Workers"/>.</summary>
    public int? Workers { get; set; }

    /// <summary>Compute threads of all workers. Default: the processors.</summary>
    public int? Threads { get; set; }
}

/// <summary>Adds training to a host.</summary>
public static class DistributedTrainingExtensions
{
    /// <summary>
    /// Adds an <see cref="ITrainer"/> whose cluster starts with the host and stops with it. When the host stops, trainings that run are interrupted at a
    /// checkpoint; with a store, the host's next start can resume them.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Changes the options; null for the defaults. Wrong ones fail the host's start.</param>
    public static IServiceCollection AddDistributedTraining(this IServiceCollection services, Action<DistributedTrainingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = new DistributedTrainingOptions();
        configure?.Invoke(options);
        services.AddLogging();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<HostedTrainer>(provider, options));
        services.AddSingleton<ITrainer>(provider => provider.GetRequiredService<HostedTrainer>());
        services.AddHostedService(provider => provider.GetRequiredService<HostedTrainer>());
        return services;
    }
}
