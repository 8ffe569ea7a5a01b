using System.Globalization;
using CsCheck;
using Distributed.Data.Tables;

namespace Distributed.Data.Tests.Tables;

/// <summary>Numbers as people write them.</summary>
public sealed class WrittenNumberTests
{
    [Theory]
    [InlineData("1,234.5", 1234.5)]
    [InlineData("$9,984.12", 9984.12)]
    [InlineData("-$ 5", -5)]
    [InlineData("$-5", -5)]
    [InlineData("12.50 €", 12.5)]
    [InlineData("EUR 1'234", 1234)]
    [InlineData("77%", 77)]
    [InlineData("3.5 %", 3.5)]
    [InlineData("(1,000)", -1000)]
    [InlineData("−12", -12)]
    [InlineData("1 234 567", 1234567)]
    [InlineData("1\u00a0234.5", 1234.5)]
    [InlineData("+7", 7)]
    [InlineData("1.5e3", 1500)]
    [InlineData(".5", 0.5)]
    public void With_a_decimal_point(string cell, double number) => Assert.Equal(number, Read(cell, NumberNotation.Point));

    [Theory]
    [InlineData("0,53", 0.53)]
    [InlineData("1.234,5", 1234.5)]
    [InlineData("1.234.567", 1234567)]
    [InlineData("1.234", 1234)]
    [InlineData("-12,5 %", -12.5)]
    [InlineData("1 234,50 kr", 1234.5)]
    [InlineData("1,5e3", 1500)]
    [InlineData("12", 12)]
    public void With_a_decimal_comma(string cell, double number) => Assert.Equal(number, Read(cell, NumberNotation.Comma));

    [Theory]
    [InlineData("1,23")]
    [InlineData("12,34,5")]
    [InlineData("1234,567")]
    [InlineData("1,,234")]
    [InlineData(",5")]
    [InlineData("1,234'567")]
    [InlineData("1.2.3")]
    [InlineData("--5")]
    [InlineData("5 kg")]
    [InlineData("T-279")]
    [InlineData("$")]
    [InlineData("%")]
    [InlineData("()")]
    [InlineData("")]
    [InlineData("٣")]
    public void What_is_none_with_a_decimal_point(string cell) => Assert.True(double.IsNaN(Read(cell, NumberNotation.Point)));

    [Fact]
    public void A_number_written_with_groups_is_read_back_in_each_notation() =>
        Gen.Select(Gen.Long[-999_999_999, 999_999_999], Gen.Int[0, 99]).Sample((whole, decimals) =>
        {
            foreach (var (notation, culture) in new[] { (NumberNotation.Point, "en-US"), (NumberNotation.Comma, "de-DE") })
            {
                var format = (NumberFormatInfo)CultureInfo.InvariantCulture.NumberFormat.Clone();
                (format.NumberGroupSeparator, format.NumberDecimalSeparator) = culture == "de-DE" ? (".", ",") : (",", ".");
                var value = Math.Abs(whole) + decimals / 100m;
                value = whole < 0 ? -value : value;
                Assert.Equal((double)value, Read(value.ToString("N2", format), notation));
            }
        });

    [Fact]
    public void Any_text_is_read_or_not_but_never_fails() =>
        Gen.String[Gen.Char["0123456789.,'-+()$€% eE\u00a0xkr"], 0, 30].Sample(text =>
        {
            foreach (var notation in Enum.GetValues<NumberNotation>())
                Assert.Equal(WrittenNumber.TryRead(text, notation, out var number), double.IsFinite(number));
            foreach (var order in Enum.GetValues<DateOrder>())
                Assert.Equal(WrittenDate.TryRead(text, order, out var days, out _), double.IsFinite(days));
        });

    private static double Read(string cell, NumberNotation notation)
    {
        WrittenNumber.TryRead(cell, notation, out var number);
        return number;
    }
}
