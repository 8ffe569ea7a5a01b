using Distributed.Protocol.Queue;

namespace Distributed.Dashboard.Live;

/// <summary>Finds jobs that ended since the last look. Of a page: it tells each once, and nothing of what ended before the page was opened.</summary>
internal sealed class EndedJobs
{
    private const int MostAtOnce = 3;

    private HashSet<string>? _open;

    /// <summary>The jobs that ended since the last look, at most three.</summary>
    public IReadOnlyList<JobSummary> Look(IReadOnlyList<JobSummary> jobs)
    {
        var ended = _open is null ? [] : jobs.Where(job => job.EndedAt is not null && _open.Contains(job.Id)).Take(MostAtOnce).ToList();
        _open = [.. jobs.Where(job => job.EndedAt is null).Select(job => job.Id)];
        return ended;
    }
}
