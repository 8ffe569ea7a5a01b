using System.Globalization;
using CsCheck;
using Distributed.Data.Encodings;
using Distributed.Data.Tables;

namespace Distributed.Data.Tests.Tables;

/// <summary>Dates as people write them, and their calendar.</summary>
public sealed class WrittenDateTests
{
    private static readonly DateTime Epoch = new(1970, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);

    [Theory]
    [InlineData("1970-01-01", DateOrder.YearFirst, 0)]
    [InlineData("1970-01-02T12:00", DateOrder.YearFirst, 1.5)]
    [InlineData("1970/1/2 06:00:00", DateOrder.YearFirst, 1.25)]
    [InlineData("1970-01-02T12:00:00Z", DateOrder.YearFirst, 1.5)]
    [InlineData("1970-01-02T12:00:00+06:00", DateOrder.YearFirst, 1.25)]
    [InlineData("1970-01-02T12:00:00-0600", DateOrder.YearFirst, 1.75)]
    [InlineData("1970-01-01 00:00:43.2", DateOrder.YearFirst, 0.0005)]
    [InlineData("02.01.1970", DateOrder.DayFirst, 1)]
    [InlineData("2-1-1970", DateOrder.DayFirst, 1)]
    [InlineData("1/2/1970 6:00 PM", DateOrder.MonthFirst, 1.75)]
    [InlineData("1/2/1970 12:00 am", DateOrder.MonthFirst, 1)]
    [InlineData("1969-12-31", DateOrder.YearFirst, -1)]
    [InlineData("2024-02-29", DateOrder.YearFirst, 19_782)]
    public void Days_since_1970(string cell, DateOrder order, double days)
    {
        Assert.True(WrittenDate.TryRead(cell, order, out var read, out _));
        Assert.Equal(days, read, 1e-9);
    }

    [Theory]
    [InlineData("2023-02-29")]
    [InlineData("2023-13-01")]
    [InlineData("2023-1")]
    [InlineData("2023-01/02")]
    [InlineData("20230102")]
    [InlineData("1.5.3")]
    [InlineData("2023-01-02T25:00")]
    [InlineData("2023-01-02 noon")]
    [InlineData("2023-01-02T12:00:00 Berlin")]
    [InlineData("0000-01-02")]
    public void What_is_no_date(string cell) => Assert.False(WrittenDate.TryRead(cell, DateOrder.YearFirst, out _, out _));

    [Fact]
    public void The_calendar_agrees_with_the_librarys_on_every_day() =>
        Gen.Select(Gen.Int[0, 3_652_058], Gen.Int[0, 86_399]).Sample((day, second) =>
        {
            var date = DateTime.MinValue.AddDays(day).AddSeconds(second);
            var days = (date - Epoch).TotalDays;
            Assert.Equal((date.Year, date.Month - 1), DateInputs.Civil(days));
            Assert.Equal(((int)date.DayOfWeek + 6) % 7, DateInputs.Weekday(days));
            Assert.Equal(date.Hour, DateInputs.Hour(days));
            Assert.True(WrittenDate.TryRead(date.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), DateOrder.YearFirst, out var read, out _));
            Assert.Equal(days, read, 1e-9);
        });

    [Fact]
    public void The_circles_are_sines_and_cosines()
    {
        foreach (var (sines, cosines) in new[]
            { (DateInputs.MonthSines, DateInputs.MonthCosines), (DateInputs.WeekdaySines, DateInputs.WeekdayCosines), (DateInputs.HourSines, DateInputs.HourCosines) })
            for (var i = 0; i < sines.Count; i++)
            {
                Assert.Equal(Math.Sin(2 * Math.PI * i / sines.Count), sines[i], 1e-6);
                Assert.Equal(Math.Cos(2 * Math.PI * i / sines.Count), cosines[i], 1e-6);
            }
    }
}
