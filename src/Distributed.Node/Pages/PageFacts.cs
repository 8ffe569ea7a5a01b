using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Distributed.Dashboard.Gateway;
using Distributed.Node.Configuration;

namespace Distributed.Node.Pages;

/// <summary>What the pages tell of a gateway's settings; nothing of a secret.</summary>
internal static class PageFacts
{
    public static IReadOnlyList<SettingFact> Of(HttpSettings settings) =>
    [
        new("version", typeof(PageFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown"),
        new("runtime", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}"),
        new("address", $"{(settings.Identity is null ? "http" : "https")}://{settings.Address}"),
        new("keys", settings.Keys.IsEmpty ? "none" : string.Join(", ", settings.Keys.Named())),
        new("tokens", settings.Tokens is { } tokens ? $"of {tokens.Authority}, for {tokens.Audience}" : "none"),
        new("store", settings.StoreFile is null ? "a database server" : "a SQLite file"),
        new("audit log", settings.AuditFile is null ? "none" : "written"),
        new("largest upload", $"{settings.Limits.UploadBytes / 1_000_000:#,0} MB"),
        new("requests", string.Create(CultureInfo.InvariantCulture, $"{settings.Limits.RequestsPerSecond} a second and client")),
        new("event streams", string.Create(CultureInfo.InvariantCulture, $"{settings.Limits.Streams} at once")),
    ];
}
