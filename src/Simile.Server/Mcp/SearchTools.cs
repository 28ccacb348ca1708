using System.ComponentModel;
using System.Globalization;
using Simile.Images;
using Simile.Multimodal;
using Simile.Search;
using Simile.Server.Collections;
using Simile.Vectors;

namespace Simile.Server.Mcp;

/// <summary>The tools that find and read passages.</summary>
internal sealed class SearchTools(CollectionSet collections)
{
    private const int MaxHits = 50;
    private const int MaxDepth = 1000;
    private const int MaxTokens = 20_000;

    [Description("Find the passages and pictures that answer a question. Ids of hits can be given to read and find_similar.")]
    public async Task<McpHits> SearchAsync(
        [Description("A question or some words")] string query,
        [Description("Default: all")] string? collection = null,
        [Description("hybrid, dense (by meaning) or keyword")] string mode = "hybrid",
        int limit = 8,
        [Description("Only documents whose path has this in it, or matches it (src/*.md)")] string? path = null,
        [Description("Most tokens of the answer")] int max_tokens = 2000,
        [Description("The next of an earlier answer")] string? cursor = null,
        CancellationToken cancellationToken = default
    )
    {
        Require(limit, MaxHits, "limit");
        var (first, found) = (Start(cursor), new List<(Collection Of, SearchHit Hit)>());
        var options = new SearchOptions { Mode = ModeOf(mode), Top = path is null ? Math.Min(first + limit + 1, MaxDepth) : MaxDepth };
        var (notes, state) = (new List<string>(), new FreshState());
        var chosen = collections.Named(collection);
        foreach (var one in chosen)
        {
            await state.AddAsync(one, cancellationToken).ConfigureAwait(false);
            var results = await one.Searcher.SearchAsync(query, options, cancellationToken).ConfigureAwait(false);
            found.AddRange(results.Where(hit => path is null || one.Matches(hit.Path, path)).Select(hit => (one, hit)));
            notes.AddRange(results.Notes);
        }

        var page = found.OrderByDescending(entry => entry.Hit.Score).Skip(first).Take(limit).ToList();
        var hits = Fill(page.Select(entry => HitOf(entry.Of, entry.Hit)), Budget(max_tokens, chosen));
        return new McpHits(hits, state.IsComplete)
        {
            Indexing = state.Progress,
            Next = found.Count > first + hits.Count ? (first + hits.Count).ToString(CultureInfo.InvariantCulture) : null,
            Notes = notes.Count > 0 ? [.. notes.Distinct(StringComparer.Ordinal)] : null,
        };
    }

    [Description("Read a passage and its neighbors, by the id of a hit or by path and lines.")]
    public async Task<McpPassages> ReadAsync(
        [Description("The id of a hit")] string? id = null,
        [Description("A document's path, in place of id")] string? path = null,
        [Description("10-30; default: the whole document")] string? lines = null,
        [Description("Where path is; default: the first that has it")] string? collection = null,
        [Description("Passages before")] int before = 0,
        [Description("Passages after")] int after = 0,
        [Description("Most tokens of the answer")] int max_tokens = 2000,
        CancellationToken cancellationToken = default
    )
    {
        var (one, document, inside) = await FindAsync(AddressOf(id, path, lines, collection), cancellationToken).ConfigureAwait(false);
        var (from, to) = (
            Math.Max(0, inside[0] - Math.Max(0, before)),
            Math.Min(document.Chunks.Count - 1, inside[^1] + Math.Max(0, after))
        );
        McpHit At(int i) => PassageOf(one, document, i);
        var passages = Fill(Enumerable.Range(from, to - from + 1).Select(At), Budget(max_tokens, [one]));
        var next = from + passages.Count;
        return new McpPassages(passages) { Next = next < document.Chunks.Count ? At(next).Id : null };
    }

    [Description("Find passages and pictures like a text, like a passage (by its id) or like a picture file.")]
    public async Task<McpHits> FindSimilarAsync(
        string? text = null,
        [Description("The id of a hit")] string? id = null,
        [Description("A picture file in an allowed folder")] string? picture = null,
        [Description("Default: all")] string? collection = null,
        int limit = 8,
        [Description("Most tokens of the answer")] int max_tokens = 2000,
        CancellationToken cancellationToken = default
    )
    {
        Require(limit, MaxHits, "limit");
        var given = new[] { text, id, picture }.Count(value => value is not null);
        if (given != 1)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"{given} of text, id and picture were given; one is wanted.");
        }

        var (state, found) = (new FreshState(), new List<(double Score, McpHit Hit)>());
        var chosen = collections.Named(id is null ? collection : PassageAddress.Parse(id).Collection);
        foreach (var one in chosen)
        {
            await state.AddAsync(one, cancellationToken).ConfigureAwait(false);
            var vector = id is null
                ? await EmbedAsync(one, text, picture, cancellationToken).ConfigureAwait(false)
                : await VectorOfAsync(PassageAddress.Parse(id), cancellationToken).ConfigureAwait(false);
            var near = await one.Store.SearchVectorsAsync(vector, limit + 1, null, cancellationToken).ConfigureAwait(false);
            var chunks = await one.Store.ReadAsync([.. near.Select(chunk => chunk.Id)], cancellationToken).ConfigureAwait(false);
            found.AddRange(
                near.Zip(chunks)
                    .Where(pair => pair.Second is { Damage: null })
                    .Select(pair => (pair.First.Score, PassageOf(one, pair.Second!, pair.First.Score)))
            );
        }

        var best = found.Where(entry => entry.Hit.Id != id).OrderByDescending(entry => entry.Score).Take(limit).Select(entry => entry.Hit);
        return new McpHits(Fill(best, Budget(max_tokens, chosen)), state.IsComplete) { Indexing = state.Progress };
    }

    /// <summary>Passages as a resource: a document, or some lines of it.</summary>
    public async Task<string> ResourceAsync(
        string collection,
        string path,
        string? lines = null,
        CancellationToken cancellationToken = default
    )
    {
        var place = lines is null or "" ? string.Empty : "#" + lines.TrimStart('#');
        var address = PassageAddress.Parse($"{PassageAddress.Scheme}{collection}/{path}{place}");
        var found = await FindAsync(address, cancellationToken).ConfigureAwait(false);
        return string.Join("\n\n", found.Inside.Select(i => found.Document.Chunks[i].Text));
    }

    private static PassageAddress AddressOf(string? id, string? path, string? lines, string? collection)
    {
        if ((id is null) == (path is null))
        {
            throw new SimileException(ErrorCode.InvalidOption, "Either an id or a path is wanted.");
        }

        if (id is not null)
        {
            return PassageAddress.Parse(id);
        }

        var (start, end) = lines is null ? (0, 0) : PassageAddress.LinesOf(lines);
        return new PassageAddress(collection ?? string.Empty, path!, start, end);
    }

    private async Task<FoundPassages> FindAsync(PassageAddress address, CancellationToken cancellationToken)
    {
        foreach (var one in collections.Named(address.Collection))
        {
            if (
                await one.FindAsync(address.Path, cancellationToken).ConfigureAwait(false) is { } stored
                && await one.Store.ReadFilesAsync([stored], cancellationToken).ConfigureAwait(false) is [{ Chunks.Count: > 0 } document]
            )
            {
                return new FoundPassages(one, document, await InsideAsync(one, document, address, cancellationToken).ConfigureAwait(false));
            }
        }

        throw new SimileException(
            ErrorCode.PathNotFound,
            $"{(address.Collection.Length > 0 ? $"The collection '{address.Collection}' has" : "No collection has")} a document "
                + $"'{address.Path}'. A search gives the ids of what there is."
        );
    }

    // A passage that was indexed anew since has another number; the lines still say where it is.
    private static async Task<List<int>> InsideAsync(
        Collection of,
        IndexedFile document,
        PassageAddress address,
        CancellationToken cancellationToken
    )
    {
        var inside = Enumerable.Range(0, document.Chunks.Count).Where(i => Overlap(document.Chunks[i], address)).ToList();
        if (inside.Count == 0)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"{address.Path} has no lines {address.Lines}; its passages go to line {document.Chunks.Max(chunk => chunk.EndLine)}."
            );
        }

        if (address.Ordinal > 0)
        {
            var index = inside.IndexOf(address.Ordinal - 1);
            return index < 0 ? inside : [inside[index]];
        }

        if (
            address.ChunkId == 0
            || await of.Store.ReadAsync([address.ChunkId], cancellationToken).ConfigureAwait(false) is not [{ Damage: null } stored]
            || stored.Path != document.Path
        )
        {
            return inside;
        }

        var one = inside.FindIndex(i =>
            document.Chunks[i].StartLine == stored.Chunk.StartLine && document.Chunks[i].Text == stored.Chunk.Text
        );
        return one < 0 ? inside : [inside[one]];
    }

    private async Task<ReadOnlyMemory<float>> VectorOfAsync(PassageAddress address, CancellationToken cancellationToken)
    {
        var found = await FindAsync(address, cancellationToken).ConfigureAwait(false);
        return found.Document.Vectors[found.Inside[0]] is { IsEmpty: false } vector
            ? vector
            : throw new SimileException(ErrorCode.NoKnownTokens, $"The passage {address} has no vector; its words can be searched for.");
    }

    private async Task<ReadOnlyMemory<float>> EmbedAsync(Collection of, string? text, string? picture, CancellationToken cancellationToken)
    {
        var content = text is not null ? Content.Of(text) : Content.Of(ImageInput.FromFile(collections.Allow(picture!)));
        var batch = await of
            .Model.Embedder.EmbedAsync([content], new EmbedOptions { Purpose = EmbedPurpose.Document }, cancellationToken)
            .ConfigureAwait(false);
        return batch.Outcomes[0].Error is { } error ? throw error : batch.Block;
    }

    private static List<McpHit> Fill(IEnumerable<McpHit> hits, TokenBudget budget)
    {
        var filled = new List<McpHit>();
        foreach (var hit in hits)
        {
            if (budget.Take(hit.Id + hit.Heading, hit.Text, filled.Count == 0) is not { } text)
            {
                break;
            }

            filled.Add(ReferenceEquals(text, hit.Text) ? hit : hit with { Text = text, Cut = true });
        }

        return filled;
    }

    private static McpHit HitOf(Collection of, SearchHit hit)
    {
        string?[] why =
        [
            hit.DenseRank is { } dense ? string.Create(CultureInfo.InvariantCulture, $"meaning {dense}") : null,
            hit.KeywordRank is { } keyword ? string.Create(CultureInfo.InvariantCulture, $"words {keyword}") : null,
            hit.Cosine is { } cosine ? string.Create(CultureInfo.InvariantCulture, $"cosine {cosine:F2}") : null,
        ];
        return new McpHit(AddressOf(of, hit.Path, (hit.StartLine, hit.EndLine), hit.ChunkId).ToString(), Math.Round(hit.Score, 4), hit.Text)
        {
            Heading = hit.Heading.Length > 0 ? hit.Heading : null,
            Place = hit.Place.Length > 0 ? hit.Place : null,
            Why = string.Join(", ", why.OfType<string>()),
        };
    }

    private static McpHit PassageOf(Collection of, StoredChunk stored, double score) =>
        HitOf(AddressOf(of, stored.Path, (stored.Chunk.StartLine, stored.Chunk.EndLine), stored.Id), score, stored.Chunk);

    private static McpHit HitOf(PassageAddress address, double? score, Ingestion.Chunk chunk) =>
        new(address.ToString(), score is { } known ? Math.Round(known, 4) : null, chunk.Text)
        {
            Heading = chunk.Heading.Length > 0 ? chunk.Heading : null,
            Place = chunk.Place.Length > 0 ? chunk.Place : null,
        };

    private static McpHit PassageOf(Collection of, IndexedFile document, int at)
    {
        var chunk = document.Chunks[at];
        var isAlone = document.Chunks.Count(other => other.StartLine == chunk.StartLine && other.EndLine == chunk.EndLine) == 1;
        var address = new PassageAddress(of.Name, of.Show(document.Path), chunk.StartLine, chunk.EndLine)
        {
            Ordinal = isAlone ? 0 : at + 1,
        };
        return HitOf(address, null, chunk);
    }

    // Many passages of one line have its number; those of some lines, hardly ever.
    private static PassageAddress AddressOf(Collection of, string path, (int Start, int End) lines, long chunk) =>
        new PassageAddress(of.Name, of.Show(path), lines.Start, lines.End) { ChunkId = lines.Start == lines.End ? chunk : 0 };

    private static bool Overlap(Ingestion.Chunk chunk, PassageAddress address) =>
        address.StartLine == 0 || (chunk.StartLine <= address.EndLine && chunk.EndLine >= address.StartLine);

    private static SearchMode ModeOf(string mode) =>
        Enum.TryParse<SearchMode>(mode, ignoreCase: true, out var known) && Enum.IsDefined(known)
            ? known
            : throw new SimileException(ErrorCode.InvalidOption, $"There is no mode '{mode}'. Expected is hybrid, dense or keyword.");

    private static int Start(string? cursor) =>
        cursor is null ? 0
        : int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var first) && first < MaxDepth ? first
        : throw new SimileException(ErrorCode.InvalidOption, $"'{cursor}' is no cursor. Expected is the next of an earlier answer.");

    private static TokenBudget Budget(int tokens, IReadOnlyList<Collection> of)
    {
        Require(tokens, MaxTokens, "max_tokens");
        return new TokenBudget(tokens, of.Select(one => one.Model.TextModel).FirstOrDefault(model => model is not null));
    }

    private static void Require(int value, int most, string name)
    {
        if (value < 1 || value > most)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"{name} is {value}; expected is 1 to {most}.");
        }
    }

    /// <summary>A document of a collection, and the numbers of those of its passages that are meant, at least one.</summary>
    private sealed record FoundPassages(Collection Of, IndexedFile Document, List<int> Inside);

    /// <summary>Whether all collections that were asked are up to date.</summary>
    private sealed class FreshState
    {
        public bool IsComplete { get; private set; } = true;

        public string? Progress { get; private set; }

        public async Task AddAsync(Collection collection, CancellationToken cancellationToken)
        {
            IsComplete &= await collection.RefreshAsync(cancellationToken).ConfigureAwait(false);
            if (collection.Progress is not null)
            {
                Progress = CollectionTools.StateOf(collection);
            }
        }
    }
}
