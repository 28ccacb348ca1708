namespace Simile.Models;

/// <summary>Finds the names that somebody may have meant.</summary>
internal static class NearNames
{
    private const int Most = 5;
    private const int ShortestPart = 3;

    /// <summary>Of some names, those that differ from one in few letters, or that contain it; nearest first. Case does not count.</summary>
    public static IReadOnlyList<string> Find(string name, IEnumerable<string> names) =>
        [
            .. names
                .Select(known => (Name: known, Distance: Distance(name.ToLowerInvariant(), known.ToLowerInvariant())))
                .Where(known => known.Distance <= Math.Max(2, name.Length / 3) || Contains(known.Name, name) || Contains(name, known.Name))
                .OrderBy(known => known.Distance)
                .ThenBy(known => known.Name, StringComparer.Ordinal)
                .Take(Most)
                .Select(known => known.Name),
        ];

    /// <summary>A sentence's end that names what was meant; a full stop when nothing is near.</summary>
    public static string DidYouMean(string name, IEnumerable<string> names) =>
        Find(name, names) is [var near, ..] ? $". Did you mean '{near}'?" : ".";

    /// <summary>Levenshtein's distance: the fewest insertions, deletions and substitutions of characters that make one text of the
    /// other.</summary>
    public static int Distance(string left, string right)
    {
        var above = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var row = new int[right.Length + 1];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substitution = above[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                row[j] = Math.Min(substitution, Math.Min(above[j], row[j - 1]) + 1);
            }

            above = row;
        }

        return above[right.Length];
    }

    private static bool Contains(string name, string part) =>
        part.Length >= ShortestPart && name.Contains(part, StringComparison.OrdinalIgnoreCase);
}
