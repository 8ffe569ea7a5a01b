using System.Text;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Terminals;

/// <summary>Writes lines of words for people: control and direction characters in them are replaced, line breaks and tabs stay.</summary>
internal sealed class PrintableWriter : TextWriter
{
    private readonly TextWriter _inner;

    private PrintableWriter(TextWriter inner) => (_inner, CoreNewLine) = (inner, inner.NewLine.ToCharArray());

    /// <inheritdoc/>
    public override Encoding Encoding => _inner.Encoding;

    /// <summary>A writer over another; one that is printable already is taken as it is.</summary>
    public static PrintableWriter Over(TextWriter inner) => inner as PrintableWriter ?? new PrintableWriter(inner);

    /// <inheritdoc/>
    public override void Write(char value) => _inner.Write(Of(value));

    /// <inheritdoc/>
    public override void Write(string? value) => _inner.Write(Of(value));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => _inner.WriteLine(Of(value));

    /// <inheritdoc/>
    public override void Flush() => _inner.Flush();

    private static string? Of(string? text) => text is null ? null : string.Create(text.Length, text, (to, from) =>
    {
        for (var i = 0; i < to.Length; i++) to[i] = Of(from[i]);
    });

    private static char Of(char c) => c is '\n' or '\t' ? c : PrintableText.Of(c);
}
