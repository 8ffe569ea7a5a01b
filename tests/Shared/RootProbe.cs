namespace Distributed.Tests;

/// <summary>Whether a test can change what only root may change.</summary>
internal static class RootProbe
{
    /// <summary>Why it cannot here; null when it can.</summary>
    /// <param name="command">A shell command that succeeds where it can.</param>
    /// <param name="what">What the command tries, for people.</param>
    public static string? Missing(string command, string what) =>
        !Environment.IsPrivilegedProcess ? $"needs root: {what}" : Succeeds(command) ? null : $"is not possible on this machine: {what}";

    private static bool Succeeds(string command)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", command])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        });
        return process is not null && process.WaitForExit(TimeSpan.FromSeconds(20)) && process.ExitCode == 0;
    }
}
