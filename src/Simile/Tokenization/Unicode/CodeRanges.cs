namespace Simile.Tokenization.Unicode;

/// <summary>Sets of code points that are written as the first and last of each range, in order.</summary>
internal static class CodeRanges
{
    /// <summary>Whether a code point lies in one of the ranges.</summary>
    public static bool Contain(ReadOnlySpan<int> ranges, int code)
    {
        var (low, high) = (0, (ranges.Length / 2) - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (code < ranges[2 * middle])
            {
                high = middle - 1;
            }
            else if (code > ranges[(2 * middle) + 1])
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }
}
