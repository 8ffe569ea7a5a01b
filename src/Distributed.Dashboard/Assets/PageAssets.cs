using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Distributed.Dashboard.Assets;

/// <summary>
/// Styles, scripts and the icon, out of this assembly. Each has a name with the hash of its content, so that a browser keeps it for ever and a new
/// release is seen at once.
/// </summary>
internal static class PageAssets
{
    private const string Prefix = "/assets";

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        ["blazor.web.js"] = "text/javascript; charset=utf-8",
        ["MudBlazor.min.js"] = "text/javascript; charset=utf-8",
        ["page.js"] = "text/javascript; charset=utf-8",
        ["MudBlazor.min.css"] = "text/css; charset=utf-8",
        ["page.css"] = "text/css; charset=utf-8",
        ["icon.svg"] = "image/svg+xml",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Asset> Known = Types.ToFrozenDictionary(type => type.Key, type => new Asset(type.Key, type.Value));

    /// <summary>The address of an asset.</summary>
    public static string Url(string name) => $"{Prefix}/{Known[name].Hash}/{name}";

    /// <summary>Maps them. They tell nothing of the cluster, so they need no key.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (name, asset) in Known)
            routes.MapGet(Url(name), context => asset.SendAsync(context)).ExcludeFromDescription();
    }

    private sealed class Asset
    {
        private readonly byte[] _bytes;
        private readonly Lazy<byte[]> _packed;
        private readonly string _type;

        public Asset(string name, string type)
        {
            using var stream = typeof(PageAssets).Assembly.GetManifestResourceStream("assets/" + name) ?? throw new InvalidOperationException($"the assembly does not carry {name}");
            _bytes = new byte[stream.Length];
            stream.ReadExactly(_bytes);
            _type = type;
            _packed = new Lazy<byte[]>(() => Pack(_bytes));
            Hash = Convert.ToHexStringLower(SHA256.HashData(_bytes))[..16];
        }

        public string Hash { get; }

        public async Task SendAsync(HttpContext context)
        {
            var (request, response) = (context.Request, context.Response);
            response.ContentType = _type;
            response.Headers.CacheControl = "public, max-age=31536000, immutable";
            response.Headers.Vary = "Accept-Encoding";
            var isPacked = request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
            if (isPacked) response.Headers.ContentEncoding = "gzip";
            var bytes = isPacked ? _packed.Value : _bytes;
            response.ContentLength = bytes.Length;
            await response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
        }

        private static byte[] Pack(byte[] bytes)
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(bytes);
            return packed.ToArray();
        }
    }
}
