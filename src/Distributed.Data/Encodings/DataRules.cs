using System.Globalization;
using Distributed.Data.Tables;

namespace Distributed.Data.Encodings;

/// <summary>
/// The rules by which a file becomes samples, by version. A stored job reads its file again for a resume, a verification or a model, so it
/// keeps the version that it began with, and the old rules stay here beside the new ones. A new version is a row of the table: it takes over
/// the rules that it does not change.
/// </summary>
/// <param name="Version">From 1.</param>
/// <param name="Header">How the first line of a table names its columns.</param>
/// <param name="Labels">How a target column becomes a task and classes.</param>
/// <param name="Surveys">
/// Whether the form of a file and the kinds of its columns are found out, whether missing and unseen values are tolerated, and whether rows
/// without a target are left out.
/// </param>
/// <param name="Logarithms">Whether skewed numbers are learned as their logarithms (<see cref="SkewedNumbers"/>).</param>
internal sealed record DataRules(int Version, IHeaderRules Header, ILabelRules Labels, bool Surveys, bool Logarithms = false)
{
    private static readonly DataRules[] Table =
    [
        new(1, new PlainHeaderRules(), new LiteralLabelRules(), false),
        new(2, new IndexedHeaderRules(), new SpelledLabelRules(), false),
        new(3, new IdentifiedHeaderRules(), new CountedLabelRules(), true),
        new(4, new IdentifiedHeaderRules(), new CountedLabelRules(), true, Logarithms: true),
    ];

    /// <summary>The rules that new jobs begin with.</summary>
    public static DataRules Newest => Table[^1];

    /// <summary>The rules of a version.</summary>
    /// <param name="version">Null, as stored before versions were: 1.</param>
    /// <returns>The rules; null when this program does not know them.</returns>
    public static DataRules? Find(int? version) => Array.Find(Table, rules => rules.Version == (version ?? 1));

    /// <summary>The rules of a version.</summary>
    /// <exception cref="DataException">A newer program wrote it.</exception>
    public static DataRules Of(int? version, string? file = null) => Find(version)
        ?? throw new DataException(Unknown(version), "use a newer release", file);

    /// <summary>What is wrong with a version that this program does not know.</summary>
    public static string Unknown(int? version) =>
        string.Create(CultureInfo.InvariantCulture, $"the data is read by rules of version {version}, and this program knows 1 to {Newest.Version}");
}
