using Distributed.Api;
using Distributed.Api.Client;
using Distributed.Dashboard.Forms;
using Distributed.Dashboard.Gateway;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;

namespace Distributed.Dashboard.Pages;

/// <summary>A model asked: one row by a form, or a file of rows.</summary>
public partial class Ask
{
    private const long LongestFile = 64 << 20;

    private QuestionForm? _form;
    private PredictionResponse? _answer;
    private string? _failure, _file;
    private bool _isAsking;

    /// <summary>The job whose model is asked.</summary>
    [Parameter] public string Id { get; set; } = "";

    [Inject] internal PageUser User { get; set; } = null!;

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        using var model = new MemoryStream();
        _failure = await Attempt.RunAsync(() => User.Api.DownloadModelFileAsync(Id, "model.json", ModelCheckpoint.Last, model) as Task);
        if (_failure is null) _form = QuestionForm.Read(model.ToArray());
    }

    private Task AskAsync() => AnswerAsync(() => User.Api.PredictAsync(Id, _form!.ToRequest()));

    private async Task AskFileAsync(InputFileChangeEventArgs change)
    {
        if (change.File.Size > LongestFile)
        {
            _failure = $"The file has {Texts.Figures.Bytes(change.File.Size)}; at most {Texts.Figures.Bytes(LongestFile)} are taken here.";
            return;
        }
        using var rows = new MemoryStream();
        await change.File.OpenReadStream(LongestFile).CopyToAsync(rows);
        await AnswerAsync(() => User.Api.PredictFileAsync(Id, () => new MemoryStream(rows.ToArray())));
    }

    private async Task AnswerAsync(Func<Task<PredictionResponse>> ask)
    {
        _isAsking = true;
        (_answer, _failure) = await Attempt.RunAsync(ask);
        _isAsking = false;
        _file = _answer is { Predictions.Count: > 1 } answer ? AnswerFile.AddressOf(answer) : null;
    }
}
