using System.Runtime.InteropServices;

namespace Distributed.Tests;

/// <summary>What a process can be told from outside (numbers of Linux).</summary>
internal static partial class Signals
{
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    public static void Send(int process, int signal)
    {
        if (kill(process, signal) != 0) throw new InvalidOperationException($"signal {signal} did not reach process {process}");
    }

#pragma warning disable IDE1006, SYSLIB1054 // the C library's name
    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int process, int signal);
#pragma warning restore IDE1006, SYSLIB1054
}
