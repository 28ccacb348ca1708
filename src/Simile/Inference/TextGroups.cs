namespace Simile.Inference;

/// <summary>How the texts of a call are shared out: groups of about as many tokens as fit the second-level cache, each run by one thread
/// from end to end; or, for a few tokens, one group whose every step all threads share.</summary>
internal sealed class TextGroups
{
    private const int TokensPerGroup = 128;
    private const int LeastTokensPerThread = 64;
    private readonly int[] _firstTexts;

    private TextGroups(int[] firstTexts, bool shareSteps) => (_firstTexts, ShareSteps) = (firstTexts, shareSteps);

    /// <summary>Groups.</summary>
    public int Count => _firstTexts.Length - 1;

    /// <summary>Whether all threads share each group's steps.</summary>
    public bool ShareSteps { get; }

    /// <summary>The first text of a group.</summary>
    public int FirstText(int group) => _firstTexts[group];

    /// <summary>Shares texts out among threads. The sharing decides about time only, never about a vector.</summary>
    public static TextGroups Of(IReadOnlyList<int[]> texts, int threads)
    {
        var total = texts.Sum(text => (long)text.Length);
        if (threads > 1 && (texts.Count < threads || total < (long)threads * LeastTokensPerThread))
        {
            return new TextGroups(texts.Count < threads ? [.. Enumerable.Range(0, texts.Count + 1)] : [0, texts.Count], shareSteps: true);
        }

        var rounds = Math.Max(1, (total + (TokensPerGroup * threads / 2)) / (TokensPerGroup * threads));
        return new TextGroups(Cut(texts, total, rounds * threads), shareSteps: false);
    }

    // A group ends at the first text that brings it to its share of the tokens.
    private static int[] Cut(IReadOnlyList<int[]> texts, long total, long groups)
    {
        var firstTexts = new List<int> { 0 };
        long tokens = 0;
        for (var i = 0; i < texts.Count - 1; i++)
        {
            var before = tokens * groups / total;
            tokens += texts[i].Length;
            if (tokens * groups / total > before)
            {
                firstTexts.Add(i + 1);
            }
        }

        firstTexts.Add(texts.Count);
        return [.. firstTexts];
    }
}
