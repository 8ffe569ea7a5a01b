using Distributed.Api;
using Distributed.Dashboard.Forms;
using Distributed.Dashboard.Gateway;
using Distributed.Data.Sets;
using Distributed.Jobs.Submission;
using Microsoft.AspNetCore.Components;

namespace Distributed.Dashboard.Pages;

/// <summary>Data, settings, submit.</summary>
public partial class NewJob
{
    private readonly JobForm _form = new();
    private IReadOnlyList<Dataset> _sets = [];
    private DatasetDescription? _preview;
    private string? _from, _failure;
    private bool _isSending;

    [Inject] internal PageUser User { get; set; } = null!;

    [Inject] internal NavigationManager Navigation { get; set; } = null!;

    /// <summary>The job whose weights it begins with; null for random ones.</summary>
    [SupplyParameterFromQuery(Name = "from")]
    public string? From { get; set; }

    /// <summary>The data set that is chosen at first; null for the first.</summary>
    [SupplyParameterFromQuery(Name = "data")]
    public string? First { get; set; }

    private static IEnumerable<string> BuiltIn => DataSets.BuiltInNames;

    private string Choice => _form[Settings.Data];

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        if (!User.MaySubmit) return;
        (var sets, _failure) = await Attempt.RunAsync(() => User.Api.ListDatasetsAsync());
        _sets = sets ?? [];
        if (From is { Length: > 0 })
        {
            _from = From;
            _form.Set(Settings.From, From);
        }
        else
        {
            await ChooseAsync(First is { Length: > 0 } first && _sets.Any(set => set.Id == first) ? first : JobDefaults.Data);
        }
    }

    private Task ChooseAsync(ChangeEventArgs change) => ChooseAsync(change.Value?.ToString() ?? "");

    private async Task ChooseAsync(string data)
    {
        _form.Set(Settings.Data, data);
        _form.Set(Settings.Target, null);
        _preview = null;
        if (_sets.Any(set => set.Id == data)) (_preview, _failure) = await Attempt.RunAsync(() => User.Api.GetDatasetAsync(data));
    }

    private async Task OnUploadedAsync(Dataset set)
    {
        _sets = [set, .. _sets.Where(known => known.Id != set.Id)];
        await ChooseAsync(set.Id);
    }

    private List<string>? ChoicesOf(Setting setting) =>
        setting == Settings.Target && _preview?.Columns is { Count: > 0 } columns ? [.. columns.Select(column => column.Name)] : null;

    private async Task SubmitAsync()
    {
        _failure = _form.Check();
        if (_failure is not null || _form.HasErrors) return;
        _isSending = true;
        try
        {
            (var job, var refusal) = await Attempt.RunAsync(() => User.Api.SubmitJobAsync(_form.ToJobFile()));
            if (job is not null) Navigation.NavigateTo($"/jobs/{Uri.EscapeDataString(job.Summary.Id)}");
            else _failure = _form.Refuse(refusal!);
        }
        finally
        {
            _isSending = false;
        }
    }
}
