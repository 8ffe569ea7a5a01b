namespace Distributed.Console.Terminals;

/// <summary>The process's keyboard.</summary>
internal static class Keyboard
{
    /// <summary>Reads the next key without an echo. Ctrl-C counts as a key, so it drops a line instead of the prompt.</summary>
    public static ConsoleKeyInfo Read()
    {
        System.Console.TreatControlCAsInput = true;
        try
        {
            return System.Console.ReadKey(intercept: true);
        }
        finally
        {
            System.Console.TreatControlCAsInput = false;
        }
    }
}
