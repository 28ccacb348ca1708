using System.Runtime.InteropServices;

namespace Simile.Ingestion;

/// <summary>How the passages under one heading are made: what of the heading is embedded with them, and how much room is left.</summary>
internal sealed class ChunkPlan
{
    private const string Join = " > ";

    // A unit may take a token or two more beside others than alone.
    private const int MarginPerUnit = 2;
    private readonly TokenMeasure _measure;
    private readonly int _overhead;

    private ChunkPlan(TokenMeasure measure, ChunkerOptions options, string heading, string embedded)
    {
        (_measure, Heading, EmbeddedHeading) = (measure, heading, embedded);
        _overhead = measure.Seen(Embedded(string.Empty));
        Budget = Math.Max(1, Math.Min(options.MaxTokens, measure.Limit - _overhead));
        Overlap = (int)((long)options.OverlapTokens * Budget / options.MaxTokens);
    }

    /// <summary>The headings above.</summary>
    public string Heading { get; }

    /// <summary>What of them is embedded with each passage: all, unless they would take more than half of what the model reads.</summary>
    public string EmbeddedHeading { get; }

    /// <summary>The most tokens of a passage's own text.</summary>
    public int Budget { get; }

    /// <summary>The most tokens that are repeated.</summary>
    public int Overlap { get; }

    /// <summary>The plan for passages under a heading.</summary>
    public static ChunkPlan Under(string heading, TokenMeasure measure, ChunkerOptions options)
    {
        var plan = new ChunkPlan(measure, options, heading, heading);
        var room = measure.Limit - measure.Seen(string.Empty);
        var wanted = Math.Min(options.MaxTokens, room / 2);
        var parts = heading.Split(Join);
        for (var first = 1; plan.Budget < wanted && first < parts.Length; first++)
        {
            plan = new ChunkPlan(measure, options, heading, string.Join(Join, parts[first..]));
        }

        while (plan.Budget < wanted && plan.EmbeddedHeading.Length > 0)
        {
            var shorter = TextCut.Head(plan.EmbeddedHeading, plan.EmbeddedHeading.Length * 3 / 4).TrimEnd();
            plan = new ChunkPlan(measure, options, heading, shorter);
        }

        return plan;
    }

    /// <summary>What is embedded of a passage.</summary>
    public string Embedded(string text) => EmbeddedHeading.Length == 0 ? text : $"{EmbeddedHeading}\n{text}";

    /// <summary>Whether a text fits into one passage.</summary>
    public bool Fits(string text, int tokens, int units = 1) =>
        tokens <= Budget
        && (tokens + _overhead + (MarginPerUnit * units) <= _measure.Limit || _measure.Seen(Embedded(text)) <= _measure.Limit);
}

/// <summary>The smallest piece that chunks are put together from: a sentence, or a line of code.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ChunkUnit(string Text, int StartLine, int EndLine, int Tokens, string Separator)
{
    /// <summary>Where it stands in a document without lines; empty elsewhere.</summary>
    public string Place { get; init; } = string.Empty;
}

/// <summary>Places of documents that have no lines: those that differ in their last number only are neighbours.</summary>
internal static class ChunkPlace
{
    /// <summary>Whether one chunk may span both.</summary>
    public static bool AreNear(string one, string other) => one == other || (Stem(one) is { Length: > 0 } stem && stem == Stem(other));

    /// <summary>The place of what begins and ends there: "page 3" and "page 4" are "page 3-4".</summary>
    public static string Span(string first, string last) => first == last ? first : $"{first}-{last[Stem(last).Length..]}";

    private static string Stem(string place) =>
        place.TrimEnd([.. "0123456789"]) is var stem && stem.Length < place.Length ? stem : string.Empty;
}
