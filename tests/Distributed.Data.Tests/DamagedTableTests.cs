using System.Text;
using CsCheck;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Tests;

namespace Distributed.Data.Tests;

public sealed class DamagedTableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_change_of_a_tables_bytes_gives_finite_samples_or_an_explained_refusal(int rules)
    {
        var whole = Encoding.UTF8.GetBytes(
            "age,kind,\"city, or so\",bought\r\n30,a,\"x \"\"y\"\"\",yes\r\n40.5,b,é,no\r\n-5e1,a,\"two\r\nlines\",yes\r\n60,b,é,no\r\n31,b,é,no\r\n");
        ByteChange.Of(whole).Sample(
            bytes =>
            {
                var path = _folder.Write("data.csv", bytes);
                try
                {
                    var data = DataSets.Load(new DataSettings { Source = path, Seed = 1, Rules = rules });
                    Assert.True(data.Validation is not null || data.Notes.Any(note => note.Text.StartsWith("no row is held back", StringComparison.Ordinal)));
                    foreach (var part in new[] { data.Training, data.Validation }.OfType<EncodedSamples>())
                        Assert.All(part.Features.ToArray(), value => Assert.True(float.IsFinite(value)));
                }
                catch (DataException error)
                {
                    Assert.DoesNotContain('\n', error.Message);
                }
            },
            iter: rules == 2 ? 1_000 : 3_000, threads: 1);
    }

    public void Dispose() => _folder.Dispose();
}
