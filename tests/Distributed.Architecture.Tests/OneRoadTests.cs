namespace Distributed.Architecture.Tests;

/// <summary>A job has one road, whichever door it comes through: each of its steps is made in one place.</summary>
public sealed class OneRoadTests
{
    [Theory]
    [InlineData("JobResolution.Resolve(", "Distributed.Jobs/Searches/SearchResolution.cs", "Distributed.Jobs/Service/JobService.cs")] // settings become a specification
    [InlineData("new QueuedJob(", "Distributed.Jobs/Gateway/QueuedJobs.cs")] // a job goes into the queue
    [InlineData("new NoteJob(", "Distributed.Jobs/Embedded/DirectJobs.cs")] // a job goes past the queue
    [InlineData("StoredWeights.LoadAsync(", "Distributed.Jobs/Results/StoredJobs.cs")] // results are read
    [InlineData("reader.HistoryAsync(", "Distributed.Jobs/Results/StoredJobs.cs")]
    [InlineData("EncodingFile.Read(", "Distributed.Jobs/Service/JobResults.cs")] // the encoding that a job kept
    [InlineData("new TrainedModel(", "Distributed.Jobs/Results/JobModels.cs")] // a job's model
    public void A_step_of_a_jobs_road_is_made_in_one_place(string call, params string[] files)
    {
        string[] rooms = ["Distributed.Jobs", "Distributed.Node", "Distributed.Console"];
        var callers = ProductArchitecture.SourceFiles
            .Select(path => (Path: path, Name: Path.GetRelativePath(Path.Combine(ProductArchitecture.RepositoryRoot, "src"), path).Replace('\\', '/')))
            .Where(source => rooms.Contains(source.Name.Split('/')[0]) && File.ReadAllText(source.Path).Contains(call, StringComparison.Ordinal));
        Assert.Equal(files, callers.Select(source => source.Name).Order(StringComparer.Ordinal));
    }
}
