using Distributed.Console.Terminals;
using Distributed.Protocol.Search;

namespace Distributed.Console.Searches;

/// <summary>Lines one below the other, for files, pipes and prompts. Quiet: the last lines alone.</summary>
internal class PlainSearchDisplay(Action<StyledLine> write, bool quiet) : ISearchDisplay
{
    public virtual void Started(SearchView view)
    {
        if (quiet) return;
        foreach (var line in SearchText.Heading(view)) Write(line);
        Write(SearchText.Columns(view));
    }

    public virtual void Progressed(SearchView view)
    {
    }

    public virtual void TrialEnded(SearchView view, SearchTrial trial)
    {
        if (!quiet) Write(SearchText.Of(view, trial));
    }

    public virtual void RungDecided(SearchView view, RungDecided decided)
    {
        if (!quiet) Write(SearchText.Of(view, decided));
    }

    public void Noticed(string line)
    {
        if (!quiet) Write(StyledLine.Of(line));
    }

    public virtual void Completed(SearchView view, SearchResult result)
    {
        var end = view.History.End!;
        Write(StyledLine.Empty);
        if (result.Winner is not { } winner)
        {
            Write(StyledLine.Of($"{view.Search.Id} is {(end.Outcome == SearchOutcome.Completed ? "done" : "cancelled")}: no trial reached a number"));
            return;
        }
        Write(new StyledLine().Add(view.Search.Id.Value, Tone.Strong).Add($" is {(end.Outcome == SearchOutcome.Completed ? "done" : "cancelled")}: trial {winner.Number + 1} is the best of {view.History.Trials.Count}"));
        Write(Row(view.Goal, $"{SearchText.Value(view, winner.Last!.Value)} at epoch {winner.Last.BestEpoch + 1}"));
        foreach (var (name, value) in view.SettingsOf(winner)) Write(Row(name, value));
        Write(Row("decisions", end.DecisionsSha256));
        if (winner.Last.WeightsSha256 is { } weights) Write(Row("weights", weights));
        if (result.Retrained is { } retrained) Write(Row("retrained", $"{retrained.WeightsSha256}  {retrained.Job}, on all samples"));
        Write(Row("folder", result.Folder));
        Write(Row("again", result.Command));
    }

    public virtual void Interrupted(SearchView view, string words) => Write(StyledLine.Of(words));

    public virtual void Dispose() => GC.SuppressFinalize(this);

    protected virtual void Write(StyledLine line) => write(line);

    private static StyledLine Row(string name, string value) => new StyledLine().Add(("  " + name).PadRight(16), Tone.Faint).Add(value);
}
