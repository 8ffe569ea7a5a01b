using Distributed.Data.Encodings;
using Distributed.Data.Tables;

namespace Distributed.Data.Fitting;

/// <summary>Version 3 and later: fits each feature column on the training rows so that any later cell can be encoded.</summary>
/// <param name="table">The table.</param>
/// <param name="training">The rows to learn from.</param>
/// <param name="named">The columns that the settings take for something.</param>
/// <param name="logarithms">Whether skewed numbers are learned as their logarithms.</param>
internal sealed class TolerantFit(RawTable table, int[] training, IReadOnlyCollection<string> named, bool logarithms)
{
    private readonly List<ColumnEncoding> _columns = [];
    private readonly FitNotes _notes = new();

    /// <summary>Remarks for the user.</summary>
    public IReadOnlyList<DataNote> Notes => _notes.All(training.Length);

    /// <summary>Fits the columns.</summary>
    /// <param name="target">The target column, which is no feature.</param>
    /// <returns>The encodings in the order of the table.</returns>
    /// <exception cref="DataException">Nothing is left to learn from.</exception>
    public IReadOnlyList<ColumnEncoding> Fit(RawColumn target)
    {
        foreach (var column in table.Columns.Where(column => column != target))
        {
            var (use, notation, order) = column.Reading is ColumnReading reading
                ? (reading.Use, reading.Notation, reading.Order)
                : (column.LooksNumeric ? ColumnUse.Number : ColumnUse.Category, NumberNotation.Point, DateOrder.YearFirst);
            if (use == ColumnUse.Category)
                FitTexts(column);
            else
                FitNumbers(column, notation, use == ColumnUse.Date ? order : null);
        }

        if (_columns.Count == 0)
            throw new DataException(
                "no column is left to learn from", "a table needs at least one column that varies, beside the target" + _notes.WhyNone, table.File);
        if (_columns.Sum(column => (long)column.Inputs) > DataLimits.Inputs)
            throw new DataException($"the columns make more than {DataLimits.Inputs} inputs", "ignore some columns", table.File);
        return _columns;
    }

    private void FitNumbers(RawColumn column, NumberNotation notation, DateOrder? order)
    {
        var present = Array.FindAll(training, row => !double.IsNaN(column.Numbers[row]));
        if (present.Length == 0)
        {
            _notes.LeaveOut(column.Name, "is empty in all rows to learn from");
            return;
        }

        var missing = training.Length - present.Length;
        var statistics = ColumnStatistics.Of(column.Numbers, present);
        if (statistics is null && missing == 0)
        {
            _notes.LeaveOut(column.Name, "is the same in all rows to learn from");
            return;
        }

        if (logarithms && order is null && SkewedNumbers.Logarithms(Array.ConvertAll(present, row => column.Numbers[row])) is { } logs)
        {
            FitLogarithms(column, notation, present, logs, missing);
            return;
        }

        var (mean, scale) = statistics is { } found ? (found.Mean, found.Scale) : (column.Numbers[present[0]], 1);
        if (missing > 0)
            _notes.MissingNumbers.Add((column.Name, missing));
        if (order is not null)
            _notes.Dates.Add(column.Name);
        var reach = NumberTolerance.Farthest * scale;
        _columns.Add(new ColumnEncoding
        {
            Name = column.Name,
            Kind = order is null ? ColumnKind.Number : ColumnKind.Date,
            Mean = mean,
            Scale = scale,
            Tolerance = new NumberTolerance
            {
                Notation = notation,
                Median = Math.Clamp(MiddleNumber.Of(Array.ConvertAll(present, row => column.Numbers[row])), mean - reach, mean + reach),
                HasMissingInput = missing > 0,
                Lowest = mean - reach,
                Highest = mean + reach,
            },
            Dates = order is { } known ? FitDates(column, present, known) : null,
        });
    }

    private void FitLogarithms(RawColumn column, NumberNotation notation, int[] present, double[] logs, int missing)
    {
        if (missing > 0)
            _notes.MissingNumbers.Add((column.Name, missing));
        _notes.Logarithms.Add(column.Name);
        var numbers = Array.ConvertAll(present, row => column.Numbers[row]);
        var statistics = ColumnStatistics.Of(logs, [.. Enumerable.Range(0, logs.Length)])!.Value; // they vary, as the numbers do
        _columns.Add(new ColumnEncoding
        {
            Name = column.Name,
            Kind = ColumnKind.Number,
            Mean = statistics.Mean,
            Scale = statistics.Scale,
            Tolerance = new NumberTolerance
            {
                Notation = notation,
                Median = MiddleNumber.Of(numbers),
                HasMissingInput = missing > 0,
                IsLogarithmic = true,
                Lowest = numbers.Min(),
                Highest = Math.Min(numbers.Max() * SkewedNumbers.Reach, double.MaxValue),
            },
        });
    }

    private static DateParts FitDates(RawColumn column, int[] present, DateOrder order)
    {
        var years = Array.ConvertAll(present, row => (double)DateInputs.Civil(column.Numbers[row]).Year);
        var statistics = ColumnStatistics.Of(years, [.. Enumerable.Range(0, years.Length)]);
        return new DateParts
        {
            Order = order,
            HasTime = Array.Exists(present, row => Math.Floor(column.Numbers[row]) != column.Numbers[row]),
            YearMean = statistics?.Mean ?? years[0],
            YearScale = statistics?.Scale ?? 1,
        };
    }

    private void FitTexts(RawColumn column)
    {
        var fit = CategoryFit.Of(column, training, named.Contains(column.Name));
        if (fit.Categories.Count == 0)
        {
            _notes.LeaveOut(column.Name, "holds a different text in almost each row, like an identifier,", SettingHint.Column(column.Name, "category", "keeps it"));
            return;
        }

        if (fit.Categories.Count == 1 && fit.Rare == 0)
        {
            _notes.LeaveOut(column.Name, "is the same in all rows to learn from");
            return;
        }

        if (fit.Missing > 0)
            _notes.MissingTexts.Add((column.Name, fit.Missing));
        if (fit.Rare > 0)
            _notes.RareTexts.Add((column.Name, fit.Rare));
        _columns.Add(new ColumnEncoding
        {
            Name = column.Name,
            Kind = ColumnKind.Text,
            Categories = fit.Categories,
            Others = new OtherTexts { HasInput = fit.Rare > 0, Shares = fit.Shares },
        });
    }
}
