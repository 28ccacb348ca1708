using System.Globalization;
using Simile.Ingestion;
using Simile.Multimodal;
using Simile.Vectors;

namespace Simile.Search;

/// <summary>What one search found, by meaning, by words and together.</summary>
internal sealed class SearchRanking(SearchedStore store)
{
    // Measured on Cranfield and CISI (docs/models/simile-text-mini.md).
    private const string MeasuredModel = "simile-text-mini";
    private const double UnrelatedText = 0.3;
    private const double UnrelatedPicture = 0.2;
    private Dictionary<long, int>? _denseRanks;
    private Dictionary<long, int>? _keywordRanks;

    /// <summary>The store that was searched.</summary>
    public SearchedStore Store => store;

    /// <summary>The query's vector; empty when it has none.</summary>
    public ReadOnlyMemory<float> Query { get; set; }

    public IReadOnlyList<ScoredChunk> Dense { get; set; } = [];

    public IReadOnlyList<ScoredChunk> Keyword { get; set; } = [];

    /// <summary>The ranking that was asked for.</summary>
    public IReadOnlyList<ScoredChunk> Best { get; set; } = [];

    public List<string> Notes { get; } = [.. store.Notes];

    /// <summary>The chunks near by meaning that are pictures.</summary>
    public IReadOnlySet<long> Pictures => Dense.Where(chunk => chunk.IsPicture).Select(chunk => chunk.Id).ToHashSet();

    public SearchHit HitOf(ScoredChunk scored, StoredChunk stored, int rank)
    {
        var chunk = stored.Chunk;
        return new SearchHit(rank, scored.Score, stored.Path, chunk.StartLine, chunk.EndLine, chunk.Heading, chunk.Text)
        {
            ChunkId = stored.Id,
            Cosine = CosineOf(stored.Vector.Span),
            DenseRank = RankOf(scored.Id, Dense, ref _denseRanks),
            KeywordRank = RankOf(scored.Id, Keyword, ref _keywordRanks),
            Metadata = chunk.Metadata,
            Place = chunk.Place,
        };
    }

    /// <summary>A word about a best answer that is as far off as those to nonsense; null where it is nearer, or nobody has measured the
    /// model.</summary>
    public string? NothingNear(EmbeddingSpace? space)
    {
        if (Dense.Count == 0 || space?.Id.StartsWith(MeasuredModel + "@", StringComparison.Ordinal) != true)
        {
            return null;
        }

        var best = Dense[0];
        return best.Score < (best.IsPicture ? UnrelatedPicture : UnrelatedText)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Nothing near was found: the best cosine is {best.Score:F2}, as with queries of nonsense. With {MeasuredModel} the "
                    + $"best passage for a question has 0.4 and more."
            )
            : null;
    }

    private double? CosineOf(ReadOnlySpan<float> vector)
    {
        if (Query.IsEmpty || vector.Length != Query.Length)
        {
            return null;
        }

        var cosine = Similarity.Measure(SimilarityMetric.Cosine, Query.Span, vector);
        return double.IsFinite(cosine) ? cosine : null;
    }

    private static int? RankOf(long id, IReadOnlyList<ScoredChunk> ranking, ref Dictionary<long, int>? ranks)
    {
        ranks ??= ranking.Index().ToDictionary(entry => entry.Item.Id, entry => entry.Index + 1);
        return ranks.TryGetValue(id, out var rank) ? rank : null;
    }
}

/// <summary>A store as a search finds it.</summary>
/// <param name="Summary">What it holds.</param>
/// <param name="Recipes">What is to be said of documents that were embedded by another recipe; null for nothing.</param>
internal sealed record SearchedStore(StoreSummary Summary, string? Recipes)
{
    private const int DigitsShown = 12;

    /// <summary>What should be known of it.</summary>
    public IReadOnlyList<string> Notes { get; } = [.. new[] { DamageOf(Summary), Recipes }.OfType<string>()];

    /// <summary>Compares the recipes of documents with the model's.</summary>
    /// <param name="files">The documents with their fingerprints.</param>
    /// <param name="traits">What the model embeds.</param>
    /// <returns>What is to be said of those that have another; null where none has.</returns>
    public static string? OtherRecipes(IReadOnlyDictionary<string, string> files, ContentTraits traits)
    {
        if (OfAnotherRecipe(files, traits) is not { Count: > 0 } others)
        {
            return null;
        }

        var own = string.Join(
            " and ",
            new[] { traits.TextRecipe, traits.ImageRecipe }.OfType<EmbeddingRecipe>().Distinct().Select(recipe => Shown(recipe.Digest))
        );
        return $"{others.Count} of {files.Count} files were embedded by another recipe "
            + $"({string.Join(", ", others.Select(Shown).Distinct().Take(3))}) than the model in use ({own}): "
            + "other weights, precision or prompts. Their ranks may be off; index again with this model, or search with that one.";
    }

    private static string? DamageOf(StoreSummary summary) =>
        summary.Damaged == 0
            ? null
            : $"{summary.Damaged} of {summary.Damaged + summary.Vectors} vectors of the index are damaged and left out; their passages "
                + "are found by words only. Index again into another file.";

    // A document's fingerprint ends in the digest of the recipe that it was embedded with (FileReader, TextCutter). A half that is not
    // loaded says nothing of its files.
    private static List<string> OfAnotherRecipe(IReadOnlyDictionary<string, string> files, ContentTraits traits)
    {
        var others = new List<string>();
        foreach (var (path, fingerprint) in files)
        {
            var own = (PictureFiles.IsPicture(path) ? traits.ImageRecipe : traits.TextRecipe)?.Digest;
            if (
                own is not null
                && fingerprint.LastIndexOf(':') is >= 0 and var colon
                && fingerprint[(colon + 1)..] is var digest
                && digest != own
            )
            {
                others.Add(digest);
            }
        }

        return others;
    }

    private static string Shown(string digest) => digest[..Math.Min(DigitsShown, digest.Length)];
}
