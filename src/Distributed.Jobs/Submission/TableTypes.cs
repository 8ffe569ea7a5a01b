using Distributed.Data.Tables;

namespace Distributed.Jobs.Submission;

/// <summary>One character; "tab" for the one that cannot be seen.</summary>
internal sealed record CharacterType : SettingType<string?>
{
    private const string Tab = "tab";

    public override string Read(Setting setting, string text) => text is Tab or @"\t" ? "\t"
        : text.Length == 1 && text[0] is not ('"' or '\r' or '\n') && !char.IsSurrogate(text[0]) ? text
        : throw Wrong(setting, $"'{text}' is not a delimiter: expected one character such as ; or the word {Tab}");

    public override string Write(string? value) => value == "\t" ? Tab : value ?? "";
}

/// <summary>The name of a character encoding.</summary>
internal sealed record EncodingType : SettingType<string?>
{
    public override string Read(Setting setting, string text) => TableFormat.KnowsEncoding(text)
        ? text
        : throw Wrong(setting, $"'{text}' is not a known encoding: expected a name such as utf-8, utf-16 or windows-1252");
}

/// <summary>Yes, where it is given.</summary>
internal sealed record FlagType : SettingType<bool?>
{
    private const string Yes = "true", No = "false";

    public override bool? Read(Setting setting, string text) => text switch
    {
        Yes => true,
        No => false,
        _ => throw Wrong(setting, $"'{text}' is neither {Yes} nor {No}"),
    };

    public override string Write(bool? value) => value == true ? Yes : No;
}

/// <summary>NAME=KIND separated by commas.</summary>
internal sealed record ColumnUsesType : SettingType<IReadOnlyDictionary<string, ColumnUse>?>
{
    private static readonly ChoiceType<ColumnUse> Use = new(Choices.ColumnUses);

    public override IReadOnlyDictionary<string, ColumnUse> Read(Setting setting, string text)
    {
        var uses = new Dictionary<string, ColumnUse>(StringComparer.Ordinal);
        foreach (var part in QuotedWords.Split(text))
        {
            var at = part.LastIndexOf('=');
            if (at < 1) throw Wrong(setting, $"'{part}' is not NAME=KIND with a kind of {string.Join(", ", Use.Names)}");
            var name = part[..at].Trim();
            if (!uses.TryAdd(name, Use.Read(setting, part[(at + 1)..].Trim())!.Value)) throw Wrong(setting, $"the column '{name}' is given twice");
        }
        return uses;
    }

    public override IReadOnlyDictionary<string, ColumnUse> Accept(Setting setting, IReadOnlyDictionary<string, ColumnUse>? value) =>
        (IReadOnlyDictionary<string, ColumnUse>)setting.Read(Write(value));

    public override string Write(IReadOnlyDictionary<string, ColumnUse>? value) =>
        QuotedWords.Join((value ?? new Dictionary<string, ColumnUse>()).Select(use => $"{use.Key}={Choices.NameOf(Choices.ColumnUses, use.Value)}"));
}
