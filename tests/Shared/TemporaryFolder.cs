using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;

using System.Text;

namespace Distributed.Tests;

/// <summary>A folder of its own for a test, removed afterwards.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("distributed-data-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    /// <summary>A message without this machine's path.</summary>
    public string Shorten(string message) => message.Replace(Path + System.IO.Path.DirectorySeparatorChar, "", StringComparison.Ordinal)
        .Replace(Path, "folder", StringComparison.Ordinal);

    public EncodedDataSet Load(string csv, Func<DataSettings, DataSettings>? change = null)
    {
        var settings = new DataSettings { Source = Write("data.csv", csv), Validation = "0", Seed = 1 };
        return DataSets.Load(change?.Invoke(settings) ?? settings);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
