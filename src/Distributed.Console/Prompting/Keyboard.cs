namespace Distributed.Console.Prompting;

/// <summary>The process's keyboard.</summary>
internal static class Keyboard
{
    /// <summary>The next key, not echoed; Ctrl-C is one too, so that it drops a line and not the prompt.</summary>
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
