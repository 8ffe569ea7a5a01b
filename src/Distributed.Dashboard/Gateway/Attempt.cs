using Distributed.Api.Client;

namespace Distributed.Dashboard.Gateway;

/// <summary>Requests whose refusal a page shows.</summary>
internal static class Attempt
{
    /// <summary>The answer, or why there is none, in one line.</summary>
    public static async Task<(T? Answer, string? Failure)> RunAsync<T>(Func<Task<T>> request) where T : class
    {
        try
        {
            return (await request().ConfigureAwait(true), null);
        }
        catch (DistributedApiException e)
        {
            return (null, e.Problem?.Detail ?? e.Message);
        }
    }

    /// <summary>Why a change was refused; null when it was made.</summary>
    public static async Task<string?> RunAsync(Func<Task> request)
    {
        try
        {
            await request().ConfigureAwait(true);
            return null;
        }
        catch (DistributedApiException e)
        {
            return e.Problem?.Detail ?? e.Message;
        }
    }
}
