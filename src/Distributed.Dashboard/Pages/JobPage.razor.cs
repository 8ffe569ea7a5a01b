using Distributed.Api;
using Distributed.Api.Client;
using Distributed.Dashboard.Gateway;
using Distributed.Dashboard.Live;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;
using Microsoft.AspNetCore.Components;

namespace Distributed.Dashboard.Pages;

/// <summary>One job: stored facts, and what its events tell.</summary>
public partial class JobPage
{
    private static readonly JobLive Unknown = new();
    private static readonly string[] NewsKinds = ["workers", "wait", "rewind", "pause", "checkpoint"];

    private readonly Pacer _pacer = new(TimeSpan.FromMilliseconds(400), TimeProvider.System);
    private JobDetail? _detail;
    private JobScores? _scores;
    private JobStatus? _status;
    private IReadOnlyList<JobLogLine> _log = [];
    private LiveReading? _reading;
    private string? _failure;
    private bool _isEndKnown;

    /// <summary>The job's name.</summary>
    [Parameter] public string Id { get; set; } = "";

    [Inject] internal PageUser User { get; set; } = null!;

    [Inject] internal LiveJobs Live { get; set; } = null!;

    [Inject] internal NavigationManager Navigation { get; set; } = null!;

    private JobLive Now => _reading?.Current ?? Unknown;

    private JobSummary Summary => Cluster?.Jobs.FirstOrDefault(job => job.Id == Id) is { } newest && _detail!.Summary.EndedAt is null ? newest : _detail!.Summary;

    private IReadOnlyList<EpochDecided> Epochs => Now.Epochs.Count > _detail!.Epochs.Count ? Now.Epochs : _detail.Epochs;

    private bool MayChange => User.MayChange(_detail!.Summary.Owner);

    private bool HasModel => _detail!.LastCheckpoint is not null || Now.Checkpoint is not null;

    /// <summary>What was decided, and what came since it was read; the epochs are in the curves.</summary>
    private IEnumerable<JobLogLine> Timeline => Now.Events
        .Where(told => _detail!.Summary.EndedAt is null && NewsKinds.Contains(told.Kind) && (_log.Count == 0 || told.At > _log[^1].At)).Select(told => new JobLogLine(told.At, told.Text))
        .Concat(_log.Reverse().Where(line => !line.Text.StartsWith("epoch ", StringComparison.Ordinal))).Take(JobLive.MostEvents);

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        await ReadAsync();
    }

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        base.OnAfterRender(firstRender);
        if (!firstRender || _detail?.Summary.EndedAt is not null) return;
        _reading = Live.Open(Id, () => _pacer.Run(() => InvokeAsync(OnNewsAsync)));
    }

    /// <inheritdoc/>
    protected override void OnPicture() => _ = InvokeAsync(AskStatusAsync);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _reading?.Dispose();
        _pacer.Dispose();
        base.Dispose(disposing);
    }

    private static string Download(string job, string file) => ApiRoutes.JobModelFile(job, file);

    private string Download(string file) => Download(Id, file);

    private async Task OnNewsAsync()
    {
        if (Now.End is not null && !_isEndKnown)
        {
            _isEndKnown = true;
            await ReadAsync();
        }
        StateHasChanged();
    }

    private async Task AskStatusAsync()
    {
        if (_detail?.Summary.EndedAt is not null) return;
        if (Summary is { State: JobPhase.Running }) (_status, _) = await Attempt.RunAsync(() => User.Api.GetJobStatusAsync(Id));
        StateHasChanged();
    }

    private async Task ReadAsync()
    {
        (_detail, _failure) = await Attempt.RunAsync(() => User.Api.GetJobAsync(Id));
        if (_detail is null) return;
        _status = _detail.Status;
        (var log, _) = await Attempt.RunAsync(() => User.Api.GetJobLogAsync(Id));
        _log = log?.Lines ?? [];
        if (_detail.Summary.EndedAt is not null && HasModel) (_scores, _) = await Attempt.RunAsync(() => User.Api.GetScoresAsync(Id, ModelCheckpoint.Best));
    }

    private async Task ActAsync(Func<Task<JobSummary>> act)
    {
        (var summary, _failure) = await Attempt.RunAsync(act);
        if (summary is not null && _detail is not null) _detail = _detail with { Summary = summary };
    }

    private async Task DeleteAsync()
    {
        _failure = await Attempt.RunAsync(() => User.Api.DeleteJobAsync(Id));
        if (_failure is null) Navigation.NavigateTo("/jobs");
    }
}
