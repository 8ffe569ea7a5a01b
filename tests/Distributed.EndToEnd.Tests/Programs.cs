namespace Distributed.EndToEnd.Tests;

/// <summary>The programs under test, published and compiled ahead by the build of this project.</summary>
internal static class Programs
{
    /// <summary>The folder of dtrain and distributed-node.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "programs");
}
