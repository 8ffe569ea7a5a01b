namespace Distributed.Data.Tables;

/// <summary>How the first line of a table names its columns.</summary>
internal interface IHeaderRules
{
    /// <summary>Whether columns of equal cells may have the same name: they are one.</summary>
    bool AllowsRepeats => false;

    /// <summary>Checks the names.</summary>
    /// <param name="names">The first line's cells without surrounding blanks.</param>
    /// <param name="file">What messages call the file.</param>
    /// <exception cref="DataException">They do not name the columns.</exception>
    void Check(IReadOnlyList<string> names, string file);

    /// <summary>Why a column of a table to learn from is left out although the settings do not ask for it; null when it is not.</summary>
    /// <param name="column">The column as read.</param>
    /// <param name="position">Its place in the header, from 0.</param>
    /// <param name="file">What messages call the file.</param>
    /// <returns>A remark for the user.</returns>
    /// <exception cref="DataException">The column needs a name.</exception>
    DataNote? WhyLeftOut(RawColumn column, int position, string file);
}
