using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Tests;

namespace Distributed.Data.Tests.Surveys;

/// <summary>Small tables of the kinds that people have, beside the shared data.</summary>
public sealed class SharedTableTests
{
    [SharedFileTheory("tables")]
    [InlineData("missing-numbers.csv", "raw ripe", "firmness:Number sweetness:Number", "missing numbers are read as the median")]
    [InlineData("missing-target-and-text.csv", "", "girth:Number species:Text", "10 of 120 rows lack the target")]
    [InlineData("labels-one-number-many-spellings.csv", "0 1", "dose:Number", "spellings of one label are one class")]
    [InlineData("labels-booleans-many-spellings.csv", "No Yes", "dose:Number", "spellings of one label are one class")]
    [InlineData("decimal-comma.csv", "", "weight:Number", "column \"price\" is read as numbers: \"2,1\" is 2.1")]
    [InlineData("thousands-currency-percent.csv", "", "area:Number cost:Number share:Number", "\"$9,984.12\" is 9984.12")]
    [InlineData("index-column-unnamed.csv", "a b", "length:Number", "the first column has no name and is left out")]
    [InlineData("duplicate-unused-columns.csv", "a b", "length:Number", "column \"id\" is there twice with the same cells")]
    [InlineData("counts-as-target.csv", "", "exposure:Number", "regression, because the target \"events\"")]
    [InlineData("class-seen-once.csv", "a b rare", "length:Number", "classes that one row has stay on the training side")]
    [InlineData("rare-class-1-in-1000.csv", "fine fraud", "length:Number", "classes of few rows have one of them on the validation side: \"fraud\"")]
    [InlineData("dates.csv", "", "day:Date stamp:Date", "dates become the elapsed time")]
    [InlineData("text-260-categories.csv", "", "street:Text size:Number", "share an input with those that come later: \"street\"")]
    [InlineData("identifier-text.csv", "", "size:Number", "column \"ticket\" holds a different text in almost each row")]
    [InlineData("mixed-codes.csv", "", "cylinders:Text weight:Number", "column \"cylinders\" is read as categories, because it holds texts beside numbers")]
    [InlineData("leading-zeros.csv", "", "postcode:Text size:Number", "column \"postcode\" is read as categories, because codes begin with a zero")]
    [InlineData("mostly-unknown-number.csv", "no yes", "age:Number income:Number", "\"age\" (50 of 96 rows)")]
    [InlineData("unseen-category-train.csv", "", "fuel:Text weight:Number", null)]
    [InlineData("delimiter-tab-commas-in-names.tsv", "a b", "height, cm:Number weight, kg:Number", null)]
    [InlineData("excel-sep-line.csv", "a b", "length:Number", null)]
    [InlineData("comment-lines.csv", "a b", "length:Number", "2 comment lines before the header are left out")]
    [InlineData("latin-1.csv", "groß klein", "größe:Number", "is read as Windows-1252")]
    [InlineData("utf-16-no-mark.csv", "a b", "length:Number", "is read as UTF-16")]
    [InlineData("onnx-names-collide.csv", "a b", "color:Text color_one_hot:Text text color:Text", null)]
    [InlineData("letters-24-integer-classes.csv", "", "stroke:Number width:Number", "regression, because the target \"letter\" holds 24 different whole numbers")]
    public void It_is_read_as_people_mean_it(string name, string classes, string columns, string? note)
    {
        var data = DataSets.Load(Settings(name));
        Assert.Equal(classes, string.Join(' ', data.Encoding.Target.Classes));
        Assert.Equal(columns, string.Join(' ', data.Encoding.Columns.Select(column => $"{column.Name}:{column.Kind}")));
        if (note is not null)
            Assert.Contains(data.Notes, told => told.Text.Contains(note, StringComparison.Ordinal));
    }

    [SharedFileTheory("tables")]
    [InlineData("no-header.csv", "line 1: the first line looks like data: column 1 is called \"2.2\", a number")]
    [InlineData("truncated.csv.gz", "the gzip data ends early")]
    [InlineData("no-trailer.csv.gz", "the gzip data ends early")]
    public void It_is_refused_in_a_line_that_says_where(string name, string message) =>
        Assert.Contains(message, Assert.Throws<DataException>(() => DataSets.Load(Settings(name))).Message, StringComparison.Ordinal);

    [SharedFileTheory("tables")]
    [InlineData("unseen-category-train.csv", "unseen-category-new.csv")]
    public void Rows_with_a_category_that_was_not_learned_are_encoded(string train, string rows) =>
        Assert.Equal(2, DataSets.LoadInputs(Path(rows), DataSets.Load(Settings(train)).Encoding).Rows);

    [SharedFileTheory("tables")]
    [InlineData("rows.jsonl")] // JsonRowsTests
    public void Each_file_there_is_read_by_a_test(params string[] elsewhere)
    {
        var read = typeof(SharedTableTests).GetMethods().SelectMany(method => method.GetCustomAttributes(typeof(InlineDataAttribute), false))
            .SelectMany(data => ((InlineDataAttribute)data).GetData(null!)).SelectMany(values => values).OfType<string>().Concat(elsewhere);
        Assert.Empty(Directory.GetFiles(SharedData.Folder("tables")).Select(file => System.IO.Path.GetFileName(file)).Where(name => name != "README.md").Except(read));
    }

    private static DataSettings Settings(string name) => new() { Source = Path(name), Seed = 1, Rules = DataSettings.NewestRules };

    private static string Path(string name) => SharedData.Folder(System.IO.Path.Combine("tables", name));
}
