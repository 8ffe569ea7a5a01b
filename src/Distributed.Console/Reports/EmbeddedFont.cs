using ScottPlot;
using SkiaSharp;

namespace Distributed.Console.Reports;

/// <summary>The font of the pictures, embedded: a machine without fonts would draw none of their text (see Reports/Font/LICENSE.txt).</summary>
internal sealed class EmbeddedFont : IFontResolver
{
    /// <summary>The name under which plots ask for it.</summary>
    public const string Name = "Distributed Sans";

    private const string Resource = "Distributed.Console.Reports.Font.DejaVuSans-Subset.ttf";

    private static readonly Lazy<EmbeddedFont> Registered = new(() =>
    {
        var font = new EmbeddedFont();
        Fonts.FontResolvers.Insert(0, font);
        return font;
    });

    /// <summary>Makes the font known to ScottPlot, once.</summary>
    public static void Register() => _ = Registered.Value;

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => Create(fontName);

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => Create(fontName);

    private static SKTypeface? Create(string fontName)
    {
        if (fontName != Name) return null;
        using var stream = typeof(EmbeddedFont).Assembly.GetManifestResourceStream(Resource)!;
        return SKTypeface.FromStream(stream);
    }
}
