using System.Globalization;
using Simile.Ingestion;

namespace Simile.Search;

/// <summary>How a <see cref="ChunkFilter"/> tells chunks apart.</summary>
internal enum ChunkFilterKind
{
    /// <summary>The value of <see cref="ChunkFilter.Name"/> is one of <see cref="ChunkFilter.Values"/>.</summary>
    OneOf,

    /// <summary>The value of <see cref="ChunkFilter.Name"/> is a number from <see cref="ChunkFilter.Least"/> to
    /// <see cref="ChunkFilter.Greatest"/>.</summary>
    Between,

    /// <summary>All of <see cref="ChunkFilter.Parts"/> take the chunk.</summary>
    All,

    /// <summary>One of <see cref="ChunkFilter.Parts"/> takes the chunk.</summary>
    Any,

    /// <summary>The one of <see cref="ChunkFilter.Parts"/> does not take the chunk.</summary>
    Not,
}

/// <summary>Which chunks a search looks at, by their metadata: <c>ChunkFilter.Equal("lang", "de") &amp; ChunkFilter.Between("year", 2020,
/// null)</c>. Applied before the best are chosen: a filtered search is as exact as one over a store that holds nothing else.</summary>
/// <remarks>A chunk without a value under a name is taken by no comparison of that name, and so by its <see cref="Not"/>.</remarks>
public sealed class ChunkFilter
{
    /// <summary>The most comparisons and values of one filter.</summary>
    public const int MaxTerms = 1000;

    /// <summary>The most filters within one another.</summary>
    public const int MaxDepth = 32;

    private readonly int _terms;
    private readonly int _depth = 1;

    private ChunkFilter(ChunkFilterKind kind, string name, IReadOnlyList<MetadataValue> values)
    {
        ChunkMetadata.RequireName(name);
        foreach (var value in values)
        {
            ChunkMetadata.RequireValue(name, value);
        }

        (Kind, Name, Values, _terms) = (kind, name, values, Math.Max(1, values.Count));
        RequireBounds();
    }

    private ChunkFilter(ChunkFilterKind kind, IReadOnlyList<ChunkFilter> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0)
        {
            throw new SimileException(ErrorCode.InvalidOption, "A filter of several has no part. Give at least one, or no filter at all.");
        }

        (Kind, Parts) = (kind, [.. parts]);
        (_terms, _depth) = (parts.Sum(part => part._terms), parts.Max(part => part._depth) + 1);
        RequireBounds();
    }

    /// <summary>How it tells chunks apart.</summary>
    internal ChunkFilterKind Kind { get; }

    /// <summary>The name of the value that is compared; empty in those that have parts.</summary>
    internal string Name { get; } = string.Empty;

    /// <summary>The values that are wanted; empty in other kinds.</summary>
    internal IReadOnlyList<MetadataValue> Values { get; } = [];

    /// <summary>The least number that is wanted; null for no bound.</summary>
    internal double? Least { get; private init; }

    /// <summary>The greatest number that is wanted; null for no bound.</summary>
    internal double? Greatest { get; private init; }

    /// <summary>The filters that it is made of; empty in comparisons.</summary>
    internal IReadOnlyList<ChunkFilter> Parts { get; } = [];

    /// <summary>Takes chunks whose value is this one. Texts are compared character by character.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>, <see cref="ErrorCode.InvalidUnicode"/> for what no chunk
    /// can have.</exception>
    public static ChunkFilter Equal(string name, MetadataValue value) => In(name, value);

    /// <summary>Takes chunks whose value is one of these, at most 1,000.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>, <see cref="ErrorCode.InvalidUnicode"/> for what no chunk
    /// can have.</exception>
    public static ChunkFilter In(string name, params IEnumerable<MetadataValue> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new ChunkFilter(ChunkFilterKind.OneOf, name, [.. values.Distinct()]);
    }

    /// <summary>Takes chunks whose value is a number within bounds, both included.</summary>
    /// <param name="name">The name of the value.</param>
    /// <param name="least">The least number, or null for no bound.</param>
    /// <param name="greatest">The greatest number, or null for no bound.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public static ChunkFilter Between(string name, double? least, double? greatest) =>
        (least is null || double.IsFinite(least.Value)) && (greatest is null || double.IsFinite(greatest.Value)) && !(least > greatest)
            ? new ChunkFilter(ChunkFilterKind.Between, name, []) { Least = least, Greatest = greatest }
            : throw new SimileException(
                ErrorCode.InvalidOption,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The numbers of '{name}' are to lie from {least} to {greatest}; finite bounds, the lower one first, are expected."
                )
            );

    /// <summary>Takes chunks that all of some filters take.</summary>
    public static ChunkFilter All(params IReadOnlyList<ChunkFilter> filters) => new(ChunkFilterKind.All, filters);

    /// <summary>Takes chunks that any of some filters takes.</summary>
    public static ChunkFilter Any(params IReadOnlyList<ChunkFilter> filters) => new(ChunkFilterKind.Any, filters);

    /// <summary>Takes chunks that a filter does not take, those without the value among them.</summary>
    public static ChunkFilter Not(ChunkFilter filter) => new(ChunkFilterKind.Not, [filter]);

    /// <summary>Takes chunks that both take.</summary>
    public static ChunkFilter operator &(ChunkFilter a, ChunkFilter b) => All(a, b);

    /// <summary>Takes chunks that either takes.</summary>
    public static ChunkFilter operator |(ChunkFilter a, ChunkFilter b) => Any(a, b);

    /// <summary>Takes chunks that a filter does not take.</summary>
    public static ChunkFilter operator !(ChunkFilter filter) => Not(filter);

    /// <summary>Whether it takes a chunk with this metadata.</summary>
    public bool Takes(IReadOnlyDictionary<string, MetadataValue> metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return Kind switch
        {
            ChunkFilterKind.All => Parts.All(part => part.Takes(metadata)),
            ChunkFilterKind.Any => Parts.Any(part => part.Takes(metadata)),
            ChunkFilterKind.Not => !Parts[0].Takes(metadata),
            _ => metadata.TryGetValue(Name, out var value)
                && (Kind == ChunkFilterKind.OneOf ? Values.Contains(value) : IsWithin(value.Number)),
        };
    }

    // So that every store can take it as one question, whoever made it up.
    private void RequireBounds()
    {
        if (_terms > MaxTerms || _depth > MaxDepth)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"A filter has {_terms} comparisons and values, {_depth} deep; at most {MaxTerms}, {MaxDepth} deep, are taken. Ask "
                    + "several times, or by another value."
            );
        }
    }

    private bool IsWithin(double? number) => number is not null && !(number < Least) && !(number > Greatest);
}
