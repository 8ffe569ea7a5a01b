namespace Distributed.Data.Fitting;

/// <summary>The median without sorting (C. A. R. Hoare, 1961, "Find").</summary>
internal static class MiddleNumber
{
    /// <summary>The middle number, or the mean of the two middle ones.</summary>
    /// <param name="numbers">At least one, none NaN; their order changes.</param>
    public static double Of(double[] numbers)
    {
        var middle = numbers.Length / 2;
        var upper = Select(numbers, middle);
        if (numbers.Length % 2 == 1)
            return upper;
        var lower = numbers[0];
        for (var i = 1; i < middle; i++)
            lower = Math.Max(lower, numbers[i]);
        return (lower + upper) / 2;
    }

    /// <summary>Moves the number that sorting would put at a place there, and the smaller ones before it.</summary>
    private static double Select(double[] numbers, int place)
    {
        var (first, last) = (0, numbers.Length - 1);
        while (first < last)
        {
            var pivot = numbers[first + (last - first) / 2];
            var (left, right) = (first, last);
            while (left <= right)
            {
                while (numbers[left] < pivot)
                    left++;
                while (numbers[right] > pivot)
                    right--;
                if (left <= right)
                {
                    (numbers[left], numbers[right]) = (numbers[right], numbers[left]);
                    left++;
                    right--;
                }
            }

            if (place <= right)
                last = right;
            else if (place >= left)
                first = left;
            else
                break;
        }

        return numbers[place];
    }
}
