using System.Text;
using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Tests;

namespace Distributed.Data.Tests;

/// <summary>What cannot be used, and the whole line that a person is told.</summary>
public sealed class BadTableTests : IDisposable
{
    private const string Good = "age,kind,bought\n30,a,yes\n40,b,no\n50,a,yes\n60,b,no\n";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string, string> BadTexts => new()
    {
        { "an empty file", "", "data.csv: the file is empty; a table with a header line is needed" },
        { "only empty lines", "\n\r\n\n", "data.csv: the file is empty; a table with a header line is needed" },
        { "a header and no rows", "a,b\n", "data.csv: the file has a header and no rows; at least 2 rows are needed to learn from" },
        { "no header", "1,2\n3,4\n", "data.csv, line 1: the first line holds only numbers; it must be a header that names the columns" },
        { "a header twice", "a,b,a\n1,2,3\n", "data.csv, line 1, column \"a\": columns 1 and 3 of the header have the same name; give each column a name of its own" },
        { "a nameless column", ",b\n1,2\n", "data.csv, line 1: column 1 of the header has no name; give each column a name" },
        { "too few cells", "a,b,c\n1,2,x\n1,2\n", "data.csv, line 3: the row has 2 cells and the header 3; each row needs a cell for each column; a cell that holds the delimiter stands in quotation marks" },
        { "too many cells", "a,b\n1,x\n1,000,y\n", "data.csv, line 3: the row has 3 cells and the header 2; each row needs a cell for each column; a cell that holds the delimiter stands in quotation marks" },
        { "an empty number", "a,b,c\n1,7,x\n2,,y\n3,9,x\n", "data.csv, line 3, column \"b\": the cell is empty; most cells of the column are numbers, so each must be: correct it, remove the row, or ignore the column" },
        { "a word for a missing number", "a,c\n1,x\nNA,y\n3,x\n4,y\n", "data.csv, line 3, column \"a\": \"NA\" is not a number; most cells of the column are numbers, so each must be: correct it, remove the row, or ignore the column" },
        { "a number that does not parse", "a,c\n1,x\n2,y\n12o,x\n4,y\n", "data.csv, line 4, column \"a\": \"12o\" is not a number; most cells of the column are numbers, so each must be: correct it, remove the row, or ignore the column" },
        { "NaN", "a,c\n1,x\nNaN,y\n3,x\n4,y\n", "data.csv, line 3, column \"a\": \"NaN\" is not a finite number; most cells of the column are numbers, so each must be: correct it, remove the row, or ignore the column" },
        { "Infinity", "a,c\n1,x\n2,y\n-Infinity,x\n4,y\n", "data.csv, line 4, column \"a\": \"-Infinity\" is not a finite number; most cells of the column are numbers, so each must be: correct it, remove the row, or ignore the column" },
        { "a number beyond double", "a,c\n1,x\n2,y\n1e999,x\n4,y\n", "data.csv, line 4, column \"a\": \"1e999\" is too large (at most 1e100); most cells of the column are numbers, so each must be: correct it, remove the row, or ignore the column" },
        { "an empty text", "a,k,c\n1,p,x\n2,,y\n3,q,x\n4,p,y\n", "data.csv, line 3, column \"k\": the cell is empty; write a category (also unknown is one), remove the row, or ignore the column" },
        { "an empty label", "a,c\n1,x\n2,\n3,y\n4,x\n", "data.csv, line 3, column \"c\": the label is empty; write the class, or remove the row" },
        { "one class", "a,c\n1,x\n2,x\n", "data.csv, column \"c\": all rows have the same class \"x\"; at least two classes are needed" },
        { "a target of constant value", "a,v\n1,2.5\n2,2.5\n3,2.5\n", "data.csv, column \"v\": the target has the same value in all rows to learn from; a target that varies is needed" },
        { "a target that is an identifier", "a,name\n1,ann\n2,bob\n3,cy\n", "data.csv, column \"name\": the target is different in each of the 3 rows, like an identifier; choose another target column" },
        { "only constant columns", "a,k,c\n1,p,x\n1,p,y\n1,p,x\n", "data.csv: no column is left to learn from; a table needs at least one column that varies, beside the target" },
        { "only a target", "c\nx\ny\nx\n", "data.csv: no column is left to learn from; a table needs at least one column that varies, beside the target" },
        { "a quotation mark never closed", "a,c\n1,\"x\n2,y\n3,x\n", "data.csv, line 2: the quotation marks at \"\"x·2,y·3,x·\" do not pair up; a cell that holds a quotation mark stands in quotation marks as a whole, with each one inside doubled" },
        { "a quotation mark inside", "a,c\n1,5\" pipe\n2,y\n", "data.csv, line 2: the quotation marks at \"5\" pipe\" do not pair up; a cell that holds a quotation mark stands in quotation marks as a whole, with each one inside doubled" },
        { "a cell without end", "a,c\n1," + new string('x', 10_001) + "\n", "data.csv, line 2: a cell is longer than 10000 characters; perhaps a quotation mark is not closed" },
        { "zero bytes in the header", "a\0,c\n1,x\n", "data.csv: the file holds zero bytes: this is not text; a CSV file with a header line, or IDX images, are read" },
        { "zero bytes in a cell", "a,c\n1\0,x\n", "data.csv, line 2: the cell holds a zero byte: this is not text; save the table as CSV in UTF-8" },
        { "too many columns", string.Join(',', Enumerable.Range(0, 10_001).Select(i => $"c{i}")) + "\n", "data.csv, line 1: the header has 10001 columns; at most 10000 are read" },
        { "an identifier of text", "name,c\n" + Lines(12, i => $"n{i},{(i % 2 == 0 ? "x" : "y")}"), "data.csv, column \"name\": the text is different in each row, like an identifier; ignore \"name\"" },
        { "too many categories", "k,a,c\n" + Lines(202, i => $"k{i / 2},{i},{(i % 2 == 0 ? "x" : "y")}"), "data.csv, column \"k\": the column holds 101 different texts, and 100 are the most that are read as categories; ignore \"k\"" },
        { "too many classes", "a,c\n" + Lines(2_002, i => $"{i},k{i / 2}"), "data.csv, column \"c\": the target has more than 1000 classes; choose another target column, or the task regress for numbers" },
    };

    [Theory]
    [MemberData(nameof(BadTexts))]
    public void A_bad_table_is_refused_with_a_line_that_says_where_and_what_is_expected(string what, string text, string message)
    {
        var error = Assert.Throws<DataException>(() => _folder.Load(text));
        Assert.True(message == _folder.Shorten(error.Message), $"{what}: {_folder.Shorten(error.Message)}");
    }

    public static TheoryData<string, DataSettings, string> BadSettings => new()
    {
        { Good, new() { Source = "data.csv", Target = "Bought" }, "data.csv, line 1, column \"Bought\": there is no such target column; the columns are \"age\", \"kind\", \"bought\"" },
        { Good, new() { Source = "data.csv", Ignore = ["id"] }, "data.csv, line 1, column \"id\": there is no such column to ignore; the columns are \"age\", \"kind\", \"bought\"" },
        { Good, new() { Source = "data.csv", Text = ["zip"] }, "data.csv, line 1, column \"zip\": there is no such column to read as text; the columns are \"age\", \"kind\", \"bought\"" },
        { Good, new() { Source = "data.csv", Target = "age", Ignore = ["age"] }, "data.csv, column \"age\": the target column is ignored; choose another target, or do not ignore it" },
        { Good, new() { Source = "data.csv", Ignore = ["age", "kind", "bought"] }, "data.csv: all columns are ignored; a target and at least one more column are needed" },
        { Good, new() { Source = "data.csv", Task = TaskKind.Regress }, "data.csv, line 2, column \"bought\": \"yes\" is not a number; a regression target needs a number in each row; or choose the task classify" },
        { Good, new() { Source = "data.csv", Validation = "0.95" }, "the validation fraction 0.95 is outside 0 to 0.9; 0.2 holds back a fifth of the rows, 0 trains without validation" },
        { Good, new() { Source = "data.csv", Validation = "-1" }, "the validation fraction -1 is outside 0 to 0.9; 0.2 holds back a fifth of the rows, 0 trains without validation" },
        { Good, new() { Source = "data.csv", Validation = "NaN" }, "the validation fraction NaN is outside 0 to 0.9; 0.2 holds back a fifth of the rows, 0 trains without validation" },
        { Good, new() { Source = "data.csv", Validation = "gone.csv" }, "gone.csv: there is no such file, folder or built-in data set; built in are digits, buyers, diabetes" },
        { Good, new() { Source = "gone.csv" }, "gone.csv: there is no such file, folder or built-in data set; built in are digits, buyers, diabetes" },
        { Good, new() { Source = "." }, "folder: the folder holds no IDX images; train-images-idx3-ubyte and train-labels-idx1-ubyte are needed (also with .gz); for a table name its file" },
        { Good, new() { Source = "" }, "no data is named; give a file, a folder of IDX images, or one of digits, buyers, diabetes" },
        { "a,c\n1,x\n2,y\n3,x\n4,y\n5,z\n", new() { Source = "data.csv", Validation = "0.2" }, "data.csv, line 6, column \"c\": class \"z\" is seen once; a class needs at least 2 rows, one to learn from and one to validate with: correct the label, remove the row, or validate with a separate file" },
        { "a,v\n1,2.5\n", new() { Source = "data.csv", Validation = "0.2" }, "data.csv: the table has one row; at least 2 are needed, one to learn from and one to validate with" },
    };

    [Theory]
    [MemberData(nameof(BadSettings))]
    public void Settings_that_do_not_fit_the_data_are_refused(string text, DataSettings settings, string message)
    {
        _folder.Write("data.csv", text);
        var error = Assert.Throws<DataException>(() => DataSets.Load(settings with
        {
            Source = settings.Source switch { "" => "", "." => _folder.Path, var name => _folder[name] },
            Validation = settings.Validation == "gone.csv" ? _folder["gone.csv"] : settings.Validation,
        }));
        Assert.Equal(message, _folder.Shorten(error.Message));
    }

    [Theory]
    [InlineData("age,bought\n30,yes\n", "other.csv, line 1, column \"kind\": the file lacks this column; its columns are \"age\", \"bought\"")]
    [InlineData("age,kind\n30,a\n", "other.csv, line 1, column \"bought\": the file lacks the target column; its columns are \"age\", \"kind\"")]
    [InlineData("age,kind,bought\n30,a,yes\n31,c,no\n", "other.csv, line 3, column \"kind\": \"c\" was not among the learned categories; they are \"a\", \"b\"")]
    [InlineData("age,kind,bought\n30,a,maybe\n", "other.csv, line 2, column \"bought\": \"maybe\" is not a class; the classes are \"no\", \"yes\"")]
    [InlineData("age,kind,bought\n30,a,\n", "other.csv, line 2, column \"bought\": the label is empty; the classes are \"no\", \"yes\"")]
    [InlineData("age,kind,bought\nx,a,no\n", "other.csv, line 2, column \"age\": \"x\" is not a number; the column was learned as numbers")]
    [InlineData("age,kind,bought\n1e99,a,no\n", "other.csv, line 2, column \"age\": 1E+99 is too far from the numbers that were learned from; correct it, or train with such rows")]
    public void A_validation_file_that_does_not_fit_the_training_file_is_refused(string other, string message)
    {
        var validation = _folder.Write("other.csv", other);
        var error = Assert.Throws<DataException>(() => _folder.Load(Good, settings => settings with { Validation = validation }));
        Assert.Equal(message, _folder.Shorten(error.Message));
    }

    [Fact]
    public void An_error_carries_file_line_and_column_as_fields()
    {
        var error = Assert.Throws<DataException>(() => _folder.Load("a,c\n1,x\n\n\"2\",y\nzwei,x\n4,y\n"));

        Assert.Equal(_folder["data.csv"], error.File);
        Assert.Equal(5, error.Line);
        Assert.Equal("a", error.Column);
        Assert.Equal("\"zwei\" is not a number", error.Problem);
        Assert.NotNull(error.Advice);
    }

    [Fact]
    public void A_row_is_named_by_its_first_line_also_when_a_cell_goes_over_several()
    {
        var error = Assert.Throws<DataException>(() => _folder.Load("k,a,c\np,1,x\n\"two\nlines\",b,y\nq,3,x\np,4,y\n"));
        Assert.Equal(3, error.Line);
    }

    [Fact]
    public void Text_that_is_not_utf8_is_refused()
    {
        var path = _folder.Write("data.csv", [.. Encoding.UTF8.GetBytes("a,c\n1,"), 0xff, 0xe9, (byte)'\n']);
        var error = Assert.Throws<DataException>(() => DataSets.Load(new DataSettings { Source = path }));
        Assert.Equal("data.csv: the file is not UTF-8 text; save it as CSV in UTF-8", _folder.Shorten(error.Message));
    }

    [Fact]
    public void A_damaged_gzip_file_is_refused()
    {
        var packed = IdxBytes.Packed(Encoding.UTF8.GetBytes("a,c\n" + Lines(500, i => $"{i},{(i % 3 == 0 ? "x" : "y")}")));
        packed[packed.Length / 2] ^= 0x55;
        packed[packed.Length / 2 + 1] ^= 0x55;
        var path = _folder.Write("data.csv.gz", packed);
        Assert.Throws<DataException>(() => DataSets.Load(new DataSettings { Source = path }));
    }

    public void Dispose() => _folder.Dispose();

    private static string Lines(int count, Func<int, string> line) => string.Concat(Enumerable.Range(0, count).Select(i => line(i) + "\n"));
}
