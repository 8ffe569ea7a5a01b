using Distributed.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace Distributed.Dashboard.Parts;

/// <summary>A component that shows the cluster's picture and is rendered anew with each.</summary>
public abstract class LivePart : ComponentBase, IDisposable
{
    private IDisposable? _subscription;

    /// <summary>The pictures.</summary>
    [Inject] internal ClusterWatch Watch { get; set; } = null!;

    /// <summary>The newest picture; null before the first.</summary>
    internal Gateway.ClusterPicture? Cluster => Watch.Current;

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        try
        {
            await Watch.GetAsync().WaitAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(true);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // The page says that it waits; the watch tries again.
        }
    }

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) _subscription = Watch.Subscribe(() => InvokeAsync(OnPicture));
    }

    /// <summary>Called with each new picture.</summary>
    protected virtual void OnPicture() => StateHasChanged();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the subscription.</summary>
    protected virtual void Dispose(bool disposing) => _subscription?.Dispose();
}
