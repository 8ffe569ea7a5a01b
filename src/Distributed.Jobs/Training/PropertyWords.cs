using Distributed.Cluster;
using Distributed.Jobs.Submission;

namespace Distributed.Jobs.Training;

/// <summary>The words of this door: a program knows settings by their properties.</summary>
internal static class PropertyWords
{
    /// <summary>Does something, and says what is wrong with a setting in these words.</summary>
    /// <exception cref="TrainingSettingException">A setting cannot be used.</exception>
    /// <exception cref="TrainingException">The store cannot be used.</exception>
    public static async Task<T> SayAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (SettingException e)
        {
            throw new TrainingSettingException(e);
        }
        catch (StoreRefusedException e)
        {
            throw new TrainingException(e.Say(TrainingSettingException.PropertyOf(Settings.Store)), e);
        }
    }
}
