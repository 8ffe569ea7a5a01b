using System.Diagnostics;

namespace Distributed.Benchmarks.Clusters;

/// <summary>A process that is spoken to line by line, and killed when it does not end with its standard input.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan EndBound = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Queue<string> _complaints = new();

    private ChildProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null) return;
            lock (_complaints)
            {
                _complaints.Enqueue(line.Data);
                if (_complaints.Count > 20) _complaints.Dequeue();
            }
        };
        process.BeginErrorReadLine();
    }

    /// <summary>The last lines that it wrote to its standard error.</summary>
    public string Complaints
    {
        get { lock (_complaints) return string.Join(Environment.NewLine, _complaints); }
    }

    /// <summary>Starts a program.</summary>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) info.Environment[name] = value;
        return new ChildProcess(Process.Start(info) ?? throw new InvalidOperationException($"{program} did not start"));
    }

    /// <summary>Starts this program again with other arguments.</summary>
    public static ChildProcess StartSelf(params string[] arguments) =>
        Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "Distributed.Benchmarks.dll"), .. arguments]);

    /// <summary>Says a line.</summary>
    /// <exception cref="IOException">The process has ended.</exception>
    public void Say(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>Its next line.</summary>
    /// <exception cref="IOException">It has ended instead, or says nothing for longer than the bound.</exception>
    public async Task<string> ListenAsync(TimeSpan bound)
    {
        try
        {
            return await _process.StandardOutput.ReadLineAsync().WaitAsync(bound) ?? throw new IOException($"a process ended: {Complaints}");
        }
        catch (TimeoutException)
        {
            throw new IOException($"a process says nothing for {bound.TotalSeconds:0} s: {Complaints}");
        }
    }

    /// <summary>Ends the process.</summary>
    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already, with a line unread: whoever spoke to it has heard why.
        }
        if (!_process.WaitForExit(EndBound)) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
