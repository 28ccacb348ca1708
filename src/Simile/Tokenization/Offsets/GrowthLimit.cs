namespace Simile.Tokenization.Offsets;

/// <summary>How far normalizers and pre-tokenizers may grow a text. A few that replace one character by two, one after another, would else
/// fill any memory.</summary>
internal static class GrowthLimit
{
    // One character becomes 18 by compatible decomposition, and each of these three bytes that are written as characters.
    private const int Factor = 64;
    private const int FactorOfLongTexts = 4;
    private const int Free = 4096;
    private const long LargestFree = 1L << 26;

    /// <summary>The most UTF-16 units that a text of so many may become: 64 times as many and 4,096 more, up to 67 million; of longer texts
    /// four times as many.</summary>
    public static int Of(int units) =>
        (int)Math.Min(int.MaxValue / 2, Math.Min(((long)Factor * units) + Free, Math.Max(LargestFree, (long)FactorOfLongTexts * units)));

    /// <summary>The error of a text that grew too far.</summary>
    public static SimileException Exceeded(int limit) =>
        new(
            ErrorCode.UnsupportedTokenizer,
            $"The tokenizer's normalizers make more than {limit} characters of this text, which no sound tokenizer does. Fetch "
                + "tokenizer.json again, or leave the text out."
        );
}
