using System.Text.Json;
using System.Text.Json.Serialization;

namespace Simile.Server.Mcp;

/// <summary>A passage that was found.</summary>
/// <param name="Id">Its address, for read and find_similar.</param>
/// <param name="Score">Comparable within one answer only; null where nothing was searched.</param>
/// <param name="Text">The passage, or its beginning.</param>
internal sealed record McpHit(string Id, double? Score, string Text)
{
    public string? Heading { get; init; }

    /// <summary>Its page, slide or sheet.</summary>
    public string? Place { get; init; }

    /// <summary>Its places, such as "meaning 2, words 1", and the cosine.</summary>
    public string? Why { get; init; }

    /// <summary>True where the text is cut to the budget.</summary>
    public bool? Cut { get; init; }
}

/// <summary>What search and find_similar answer.</summary>
/// <param name="Hits">Best first.</param>
/// <param name="Complete">False while files are still being indexed.</param>
internal sealed record McpHits(IReadOnlyList<McpHit> Hits, bool Complete)
{
    /// <summary>How far the indexing is.</summary>
    public string? Indexing { get; init; }

    /// <summary>Give it as cursor for the next ones.</summary>
    public string? Next { get; init; }

    public IReadOnlyList<string>? Notes { get; init; }
}

/// <summary>What read answers.</summary>
/// <param name="Passages">In their order.</param>
internal sealed record McpPassages(IReadOnlyList<McpHit> Passages)
{
    /// <summary>The address of what follows.</summary>
    public string? Next { get; init; }
}

/// <summary>A collection.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Documents">Documents.</param>
/// <param name="Passages">Passages and pictures.</param>
/// <param name="Model">What it was indexed with.</param>
/// <param name="Dimensions">Values of a vector.</param>
/// <param name="State">fresh, indexing 12 of 80 files, failed, or as indexed.</param>
internal sealed record McpCollection(string Name, int Documents, long Passages, string Model, int Dimensions, string State)
{
    public IReadOnlyList<string>? Follows { get; init; }

    public IReadOnlyList<string>? Problems { get; init; }
}

internal sealed record McpCollections(IReadOnlyList<McpCollection> Collections);

/// <summary>What index answers.</summary>
internal sealed record McpIndexed(string Collection, string State)
{
    public int? Changed { get; init; }

    public int? Unchanged { get; init; }

    public int? Removed { get; init; }

    public IReadOnlyList<string>? Problems { get; init; }
}

internal sealed record McpRemoved(string Collection, int Documents);

/// <summary>What compare answers.</summary>
/// <param name="Matrix">Cosines, a row each text or picture; columns are the same, or the labels where there are any.</param>
internal sealed record McpComparison(IReadOnlyList<IReadOnlyList<double>> Matrix)
{
    /// <summary>The nearest label of each, with what it is ahead of the next.</summary>
    public IReadOnlyList<McpNearest>? Nearest { get; init; }
}

internal sealed record McpNearest(string Label, double Margin);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(McpHits))]
[JsonSerializable(typeof(McpPassages))]
[JsonSerializable(typeof(McpCollections))]
[JsonSerializable(typeof(McpIndexed))]
[JsonSerializable(typeof(McpRemoved))]
[JsonSerializable(typeof(McpComparison))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(bool?))]
internal sealed partial class McpJson : JsonSerializerContext;
