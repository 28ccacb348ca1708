using System.Collections.Immutable;
using Simile.Engine.Transformers;
using Simile.Families;
using Simile.Hub;
using Simile.Inference;
using Simile.Models;
using Simile.Reranking;
using Simile.Text;
using Simile.Tokenization;
using Simile.Tokenization.Folders;
using Simile.Vectors;

namespace Simile;

/// <summary>Scores texts against a query with a cross-encoder (BERT, RoBERTa, XLM-R, MPNet, DistilBERT, ModernBERT
/// …ForSequenceClassification) or with Qwen3-Reranker. Immutable and safe to call from many threads.</summary>
/// <remarks>A pair's score is bit for bit the same alone, among other texts, and on any number of threads. Holds threads of its own and its
/// checkpoint's files until it is disposed.</remarks>
public sealed class Reranker : IReranker, IDisposable, IAsyncDisposable
{
    private const int PairsPerWindow = 256;
    private readonly ITextEncoder _network;
    private readonly IPairForm _form;
    private readonly ITokenizer _tokenizer;
    private readonly ScoreFunction _scores;
    private readonly RunningCalls _calls;

    private Reranker(ITextEncoder network, RerankerFolder folder, ITokenizer tokenizer, RerankerOptions options)
    {
        (_network, _tokenizer, _scores) = (network, tokenizer, folder.Scores);
        _calls = new RunningCalls(typeof(Reranker), network.Dispose);
        Labels = folder.Head.Labels;
        MaxTokens = Math.Min(options.MaxTokens ?? int.MaxValue, Math.Min(folder.Checkpoint.MaxTokens ?? int.MaxValue, network.MaxTokens));
        Notes = folder.Notes;
        _form = folder.Answers ? new ChatForm(tokenizer, options.Instruction, MaxTokens) : FormOf(folder, options);
    }

    /// <summary>What the network tells apart; one label in a model that ranks.</summary>
    public ImmutableArray<string> Labels { get; }

    /// <summary>The most tokens of query and text together, special ones included.</summary>
    public int MaxTokens { get; }

    /// <summary>What was assumed where the model folder says nothing, for the user to read; usually empty.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Loads a model folder.</summary>
    /// <param name="folder">A folder as the Hugging Face hub lays it out.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the loading.</param>
    /// <exception cref="SimileException">A code of the 200s, or <see cref="ErrorCode.InvalidOption"/>.</exception>
    public static Task<Reranker> LoadAsync(string folder, RerankerOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Load(ModelFolder.Open(folder), (options ?? new RerankerOptions()).Checked()), cancellationToken);

    /// <summary>Loads a reranker by its name: one that was downloaded from the hub, or that lies among the installed models. None comes
    /// with Simile.</summary>
    /// <param name="name"><c>org/name[@revision]</c>, an installed model's name, the short name of a well-known model, or a folder.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the loading.</param>
    /// <exception cref="SimileException">A code of the 200s, or <see cref="ErrorCode.InvalidOption"/>.</exception>
    public static Task<Reranker> LoadInstalledAsync(
        string name,
        RerankerOptions? options = null,
        CancellationToken cancellationToken = default
    ) => LoadAsync(ModelLocator.OfThisMachine().Resolve(name).Path, options, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<PairScores> ScoreAsync(string query, IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(texts);
        return await Task.Run(() => Score(query, texts, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _calls.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static Reranker Load(ModelFolder folder, RerankerOptions options)
    {
        var tokenizer = TokenizerFolder.Load(folder.Path);
        var read = RerankerFolder.Read(folder, tokenizer, options.Engine);
        var network = NetworkOf(read, tokenizer, options);
        try
        {
            var notes = options.Engine is null ? Checkpoint.NotesOf(read.Checkpoint.Folder) : network.Notes;
            read = read with { Notes = [.. read.Notes, .. notes, .. ModelFileTable.NotesOf(folder)] };
            return new Reranker(network, read, tokenizer, options);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static ITextEncoder NetworkOf(RerankerFolder folder, ITokenizer tokenizer, RerankerOptions options)
    {
        var compute = new ComputeOptions { Precision = options.Precision, Level = options.Instructions };
        return options.Engine is { } engine
            ? engine.OpenTexts(
                new TextNetworkRequest(folder.Checkpoint, options.Threads)
                {
                    Probe = TextNetworkRequest.ProbeOf(tokenizer),
                    Labels = folder.Head.Labels.Length,
                }
            )
            : ModelFamilies.LoadText(folder.Checkpoint, new TextNetworkOptions(compute, options.Threads) { Head = folder.Head });
    }

    private CrossEncoderForm FormOf(RerankerFolder folder, RerankerOptions options)
    {
        if (options.Instruction is not null)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"An instruction was given, but {folder.Checkpoint.Folder} ({folder.Checkpoint.Kind}) follows none; Qwen3-Reranker "
                    + "does. Leave it out, or use a model that follows instructions."
            );
        }

        var pair = PairOf(_tokenizer, _network, folder);
        return MaxTokens >= PairTokens.Fewest(pair)
            ? new CrossEncoderForm(_tokenizer, pair, MaxTokens)
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"The most tokens of query and text together are {MaxTokens}, but {PairTokens.Fewest(pair)} are needed for one of "
                    + "each and the special ones. Allow more."
            );
    }

    private static ImmutableArray<PairPart> PairOf(ITokenizer tokenizer, ITextEncoder network, RerankerFolder folder)
    {
        if (tokenizer.Special.Pair is not { } pair)
        {
            throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer of {folder.Checkpoint.Folder} does not say how two texts are put together (the pair of its "
                    + "post_processor), which a reranker needs."
            );
        }

        pair = folder.TellsTypes ? pair : [.. pair.Select(part => part with { Type = 0 })];
        var types = pair.Max(part => part.Type) + 1;
        return types <= network.TokenTypes
            ? pair
            : throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"The tokenizer of {folder.Checkpoint.Folder} has {types} types of tokens, but the network only "
                    + $"{network.TokenTypes}. The files belong to different models."
            );
    }

    private PairScores Score(string query, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        using var call = _calls.Enter();
        var run = new Run(Ask(query), texts, new float[checked(texts.Count * Labels.Length)], new EmbeddingOutcome[texts.Count]);
        var queryLeftOut = 0;
        for (var first = 0; first < texts.Count; first += PairsPerWindow)
        {
            var end = Math.Min(texts.Count, first + PairsPerWindow);
            queryLeftOut = Math.Max(queryLeftOut, ScoreWindow(run, first, end, cancellationToken));
        }

        return new PairScores(Labels, run.Block, run.Outcomes) { QueryLeftOut = queryLeftOut };
    }

    private Func<string, PairRow> Ask(string query)
    {
        try
        {
            return _form.For(TextPreparation.Prepare(query, preprocess: null));
        }
        catch (SimileException error) when (error.Code is ErrorCode.EmptyText or ErrorCode.InvalidUnicode)
        {
            throw new SimileException(error.Code, $"The query cannot be asked: {error.Description}", error);
        }
    }

    // Gives the tokens that the query lost beside the longest text.
    private int ScoreWindow(Run run, int first, int end, CancellationToken cancellationToken)
    {
        var rows = new PairRow[end - first];
        _network.Share(
            rows.Length,
            i =>
            {
                if (!cancellationToken.IsCancellationRequested)
                {
                    (rows[i], run.Outcomes[first + i]) = Tokenize(run.Join, run.Texts[first + i]);
                }
            }
        );
        cancellationToken.ThrowIfCancellationRequested();
        var good = Enumerable.Range(0, rows.Length).Where(i => run.Outcomes[first + i].Succeeded).ToArray();
        var scores = new float[good.Length * Labels.Length];
        var batch = new TokenBatch(Array.ConvertAll(good, i => rows[i].Ids), Array.ConvertAll(good, i => rows[i].Types));
        _network.Forward(batch, left: 0, scores, cancellationToken);
        for (var i = 0; i < good.Length; i++)
        {
            var target = run.Block.AsSpan((first + good[i]) * Labels.Length, Labels.Length);
            scores.AsSpan(i * Labels.Length, Labels.Length).CopyTo(target);
            Finish(target, ref run.Outcomes[first + good[i]]);
        }

        return rows.Max(row => row.QueryLeftOut);
    }

    // Weights that are not finite give an error for each text, never a score that ranks.
    private void Finish(Span<float> scores, ref EmbeddingOutcome outcome)
    {
        ScoreFunctions.Apply(_scores, scores);
        if (!Finite.Holds(scores))
        {
            const string why = "The model's weights are damaged, or too large for their precision.";
            outcome = new EmbeddingOutcome(outcome.TokensSeen, 0, Finite.Error("The scores of the text", scores, why));
            scores.Clear();
        }
    }

    private (PairRow Row, EmbeddingOutcome Outcome) Tokenize(Func<string, PairRow> join, string text)
    {
        try
        {
            var row = join(TextPreparation.Prepare(text, preprocess: null));
            TokenRows.Require(row.Ids, _network.Tokens, _tokenizer);
            return (row, new EmbeddingOutcome(row.Seen, row.Ids.Length) { Truncated = row.Seen > row.Ids.Length });
        }
        catch (SimileException error)
        {
            return (default, new EmbeddingOutcome(0, 0, error));
        }
    }

    /// <summary>One call: how the query and a text are joined, the texts, and what becomes of them.</summary>
    private sealed record Run(Func<string, PairRow> Join, IReadOnlyList<string> Texts, float[] Block, EmbeddingOutcome[] Outcomes);
}
