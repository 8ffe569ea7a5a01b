using Distributed.Console.Reports;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Console.Output;

/// <summary>
/// Shows one run of a job: <see cref="Started"/> first, then progress, epochs and notices, and one of <see cref="Completed"/>,
/// <see cref="Interrupted"/> and <see cref="Failed"/> last. Called from one thread at a time, except <see cref="Log"/>.
/// </summary>
internal interface IProgressDisplay : IDisposable
{
    /// <summary>Steps are computed from here on.</summary>
    void Started(RunHeading run);

    /// <summary>Several times a second.</summary>
    void Progressed(RunProgress progress);

    /// <summary>An epoch ended.</summary>
    void EpochEnded(EpochRow row);

    /// <summary>A remark for the user: a worker joined, the job waits, it went back to a checkpoint.</summary>
    void Noticed(string line);

    /// <summary>A line of the log; from any thread.</summary>
    void Log(string line);

    /// <summary>The job is done and its files are written.</summary>
    void Completed(RunReport report);

    /// <summary>The run was interrupted; the words resume it.</summary>
    void Interrupted(JobId job, long step, string words);

    /// <summary>The coordinator's report on workers, blocks and checkpoints; null without an answer. Only a live screen shows it.</summary>
    void Observed(JobStatus? status) { }

    /// <summary>Following ends while the job continues elsewhere; the text says how to follow it again.</summary>
    void Left(JobId job, string words);

    /// <summary>The job failed, and why, in one line.</summary>
    void Failed(JobId job, string message);
}
