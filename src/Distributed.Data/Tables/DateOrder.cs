namespace Distributed.Data.Tables;

/// <summary>The order of a date's parts.</summary>
public enum DateOrder
{
    /// <summary>2024-03-31, 2024/3/31 or 2024.03.31.</summary>
    YearFirst = 0,

    /// <summary>31.03.2024, 31/3/2024 or 31-03-2024.</summary>
    DayFirst = 1,

    /// <summary>03/31/2024, 3.31.2024 or 03-31-2024.</summary>
    MonthFirst = 2,
}
