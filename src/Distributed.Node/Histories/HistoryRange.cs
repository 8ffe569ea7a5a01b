using Distributed.Api;
using Distributed.Node.Description;
using Distributed.Node.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.OpenApi;

namespace Distributed.Node.Histories;

/// <summary>Which part of a list a request asks for: all, the last ones, or a page.</summary>
/// <param name="From">The first one's index.</param>
/// <param name="Count">How many.</param>
/// <param name="Total">How many there are.</param>
internal readonly record struct HistoryRange(int From, int Count, int Total)
{
    /// <summary>Where the next page begins; null when this is the last one.</summary>
    public int? Next => From + Count < Total ? From + Count : null;

    /// <summary>The range of a request; without a parameter everything, as earlier clients expect.</summary>
    /// <exception cref="ApiException">A parameter is out of its range, or they contradict each other.</exception>
    public static HistoryRange Of(int total, int? from, int? limit, int? last)
    {
        if (from < 0) throw ApiException.BadRequest($"from is {from}: must be 0 or more");
        if (last < 0) throw ApiException.BadRequest($"last is {last}: must be 0 or more");
        if (limit is < 1 or > HistoryPages.LongestPage) throw ApiException.BadRequest($"limit is {limit}: must be between 1 and {HistoryPages.LongestPage}");
        if (last is not null && (from ?? limit) is not null) throw ApiException.BadRequest("last comes without from and limit");
        if (last is { } most) return new HistoryRange(Math.Max(0, total - most), Math.Min(total, most), total);
        if ((from ?? limit) is null) return new HistoryRange(0, total, total);
        var first = Math.Min(from ?? 0, total);
        return new HistoryRange(first, Math.Min(limit ?? HistoryPages.DefaultPage, total - first), total);
    }

    /// <summary>Describes the parameters.</summary>
    public static RouteHandlerBuilder Describe(RouteHandlerBuilder route) => route
        .WithParameter("from", "The first one's index, from 0; the answer is a page. Without a parameter it is everything.", Whole("0"))
        .WithParameter("limit", "The most of a page.", Whole("1", HistoryPages.LongestPage, HistoryPages.DefaultPage))
        .WithParameter("last", "The last ones alone.", Whole("0"));

    private static OpenApiSchema Whole(string least, int? most = null, int? otherwise = null) => new()
    {
        Type = JsonSchemaType.Integer,
        Format = "int32",
        Minimum = least,
        Maximum = most?.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Default = otherwise,
    };
}
