using System.Collections.Concurrent;
using System.Globalization;
using Simile.Models;
using Simile.Networks;
using Simile.Tokenization;
using Simile.Vectors;

namespace Simile.Text;

/// <summary>Turns texts into vectors. Immutable and safe to call from many threads.</summary>
/// <remarks>A text's vector is bit for bit the same alone, in any batch, at any place in it, and on any number of threads.</remarks>
public sealed class TextEmbedder : IEmbedder<string>
{
    private const int TextsAtOnce = 64;
    private readonly StaticEmbeddingNetwork _network;
    private readonly IReadOnlyDictionary<string, string> _prompts;
    private readonly TextEmbedderOptions _options;
    private readonly int? _maxTokens;
    private readonly TimeProvider _time;
    private readonly ConcurrentBag<TextWorkspace> _workspaces = [];

    internal TextEmbedder(StaticCheckpoint checkpoint, StaticEmbeddingNetwork network, ITokenizer tokenizer, EmbeddingSpace space, string weightsDigest, TextEmbedderOptions options, TimeProvider time)
    {
        _network = network;
        _prompts = checkpoint.Prompts;
        _options = options;
        _maxTokens = options.MaxTokens is { } own && checkpoint.MaxTokens is { } limit ? Math.Min(own, limit) : options.MaxTokens ?? checkpoint.MaxTokens;
        _time = time;
        Tokenizer = tokenizer;
        Space = space;
        Recipe = EmbeddingRecipe.Of(
        [
            ("network", "static/1"), ("weights", weightsDigest), ("tokenizer", tokenizer.Digest), ("normalize", space.UnitLength.ToString()),
            ("max_tokens", _maxTokens?.ToString(CultureInfo.InvariantCulture) ?? "none"), ("preprocess", options.PreprocessId ?? "none"),
            .. checkpoint.Prompts.OrderBy(prompt => prompt.Key, StringComparer.Ordinal).Select(prompt => ("prompt:" + prompt.Key, prompt.Value)),
        ]);
    }

    /// <inheritdoc/>
    public EmbeddingSpace Space { get; }

    /// <inheritdoc/>
    public EmbeddingRecipe Recipe { get; }

    /// <summary>The model's tokenizer.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>Most tokens of a text that are used, or null for all.</summary>
    public int? MaxTokens => _maxTokens;

    /// <summary>Loads a model folder.</summary>
    /// <param name="folder">A folder as the Hugging Face hub lays it out.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the loading.</param>
    /// <exception cref="SimileException">A code of the 200s, or <see cref="ErrorCode.InvalidOption"/>.</exception>
    public static Task<TextEmbedder> LoadAsync(string folder, TextEmbedderOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => TextEmbedderLoader.Load(ModelFolder.Open(folder), options ?? new TextEmbedderOptions(), TimeProvider.System), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<EmbeddingBatch> EmbedAsync(IReadOnlyList<string> inputs, EmbedOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var request = TextRequest.Of(options ?? EmbedOptions.Default, Space, _prompts, _maxTokens);
        var block = new float[checked(inputs.Count * request.Space.Dimensions)];
        var outcomes = new EmbeddingOutcome[inputs.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.Threads, CancellationToken = cancellationToken };
        var parts = (inputs.Count + TextsAtOnce - 1) / TextsAtOnce;
        if (parts <= 1)
        {
            cancellationToken.ThrowIfCancellationRequested();
            EmbedRange(inputs, 0, inputs.Count, request, block, outcomes);
        }
        else
        {
            Parallel.For(0, parts, parallel, part => EmbedRange(inputs, part * TextsAtOnce, Math.Min(inputs.Count, (part + 1) * TextsAtOnce), request, block, outcomes));
        }

        return ValueTask.FromResult(new EmbeddingBatch(request.Space, block, outcomes));
    }

    /// <summary>Embeds texts and says for each what went into its vector.</summary>
    /// <inheritdoc cref="EmbedAsync"/>
    public async ValueTask<IReadOnlyList<TextEmbeddingRecord>> EmbedWithMetadataAsync(IReadOnlyList<string> inputs, EmbedOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var batch = await EmbedAsync(inputs, options, cancellationToken).ConfigureAwait(false);
        var now = _time.GetUtcNow();
        return [.. inputs.Select((text, i) => RecordOf(text, i, batch, now))];
    }

    private TextEmbeddingRecord RecordOf(string text, int index, EmbeddingBatch batch, DateTimeOffset now)
    {
        var outcome = batch.Outcomes[index];
        if (!outcome.Succeeded)
        {
            return new TextEmbeddingRecord(text, text, ReadOnlyMemory<float>.Empty, outcome, now);
        }

        var vector = batch.Block.Slice(index * batch.Dimensions, batch.Dimensions);
        return new TextEmbeddingRecord(text, TextPreparation.Prepare(text, _options.Preprocess), vector, outcome, now);
    }

    private void EmbedRange(IReadOnlyList<string> inputs, int first, int end, TextRequest request, float[] block, EmbeddingOutcome[] outcomes)
    {
        if (!_workspaces.TryTake(out var workspace))
        {
            workspace = new TextWorkspace(_network.Dimensions);
        }

        for (var i = first; i < end; i++)
        {
            var row = block.AsSpan(i * request.Space.Dimensions, request.Space.Dimensions);
            try
            {
                outcomes[i] = EmbedOne(inputs[i], request, workspace, row);
            }
            catch (SimileException error)
            {
                row.Clear();
                outcomes[i] = new EmbeddingOutcome(workspace.Tokens.Count, 0, error);
            }
        }

        _workspaces.Add(workspace);
    }

    private EmbeddingOutcome EmbedOne(string input, TextRequest request, TextWorkspace workspace, Span<float> row)
    {
        var tokens = workspace.Tokens;
        tokens.Clear();
        var text = TextPreparation.Prepare(input, _options.Preprocess);
        Tokenizer.Tokenize(request.Prompt.Length == 0 ? text : request.Prompt + text, tokens);
        var seen = tokens.Count;
        tokens.TruncateTo(request.MaxTokens);
        var used = _network.Forward(tokens.Ids, Tokenizer.UnknownId ?? -1, workspace.Vector);
        if (used == 0)
        {
            throw new SimileException(ErrorCode.NoKnownTokens, $"None of the text's {seen} tokens is in the model's vocabulary. Use a model for its language or script.");
        }

        workspace.Vector.AsSpan(0, row.Length).CopyTo(row);
        if (request.Space.UnitLength)
        {
            UnitLength.Normalize(row);
        }

        return new EmbeddingOutcome(seen, tokens.Count) { Truncated = seen > tokens.Count };
    }
}
