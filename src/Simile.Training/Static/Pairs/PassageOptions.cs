namespace Simile.Training.Static.Pairs;

/// <summary>How pairs are cut out of paragraphs.</summary>
internal sealed record PassageOptions
{
    /// <summary>Paragraphs of fewer tokens are left out.</summary>
    public int ShortestParagraph { get; init; } = 24;

    /// <summary>Of longer paragraphs a random stretch of this many tokens is taken.</summary>
    public int LongestParagraph { get; init; } = 160;

    /// <summary>How often the sentence stays in its paragraph, from 0 to 1.</summary>
    public float KeepSentence { get; init; } = 0.1f;

    /// <summary>The most tokens of the sentence that are used; 0 for all.</summary>
    public int QueryTokens { get; init; }
}
