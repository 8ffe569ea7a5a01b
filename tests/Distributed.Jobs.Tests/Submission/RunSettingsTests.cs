using Distributed.Jobs.Submission;

namespace Distributed.Jobs.Tests.Submission;

public sealed class RunSettingsTests
{
    [Theory]
    [InlineData(null, null, null, 4, 1)]
    [InlineData(null, 2, null, 4, 2)]
    [InlineData(null, null, 0.1, 4, 2)]
    [InlineData(null, null, 0.1, 1, 1)]
    [InlineData(3, null, null, 4, 3)]
    public void One_worker_has_all_threads_unless_the_job_needs_two(int? workers, int? minimum, double? audits, int processors, int expected)
    {
        var given = new GivenSettings();
        given.Give(Settings.Workers, workers);
        given.Give(Settings.MinWorkers, minimum);
        given.Give(Settings.AuditShare, audits);
        var run = RunSettings.From(given, processors);
        Assert.Equal((expected, processors), (run.Workers, run.Threads));
    }
}
