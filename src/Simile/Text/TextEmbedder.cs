using System.Globalization;
using Simile.Families;
using Simile.Hub;
using Simile.Models;
using Simile.Text;
using Simile.Tokenization;
using Simile.Vectors;

namespace Simile;

/// <summary>Turns texts into vectors. Immutable and safe to call from many threads.</summary>
/// <remarks>A text's vector is bit for bit the same alone, in any batch, at any place in it, and on any number of threads.
/// A transformer holds its checkpoint open and threads of its own until the embedder is disposed.</remarks>
public sealed class TextEmbedder : IEmbedder<string>, IAsyncDisposable, IDisposable
{
    private readonly ITextRunner _runner;
    private readonly TextModelTraits _traits;
    private readonly TextEmbedderOptions _options;
    private readonly TimeProvider _time;
    private volatile bool _disposed;

    internal TextEmbedder(
        ITextRunner runner,
        ITokenizer tokenizer,
        EmbeddingSpace space,
        TextModelTraits traits,
        TextEmbedderOptions options,
        TimeProvider time
    )
    {
        _runner = runner;
        _traits = traits;
        _options = options;
        _time = time;
        MaxTokens =
            options.MaxTokens is { } own && traits.MaxTokens is { } limit ? Math.Min(own, limit) : options.MaxTokens ?? traits.MaxTokens;
        TextRequest.RequireRoom(runner.CountFixed(string.Empty), MaxTokens ?? int.MaxValue, string.Empty);
        Tokenizer = tokenizer;
        Space = space;
        Notes = traits.Notes;
        Search = traits.Search;
        Recipe = EmbeddingRecipe.Of([
            ("network", runner.Network),
            ("weights", traits.WeightsDigest),
            ("tokenizer", tokenizer.Digest),
            ("normalize", space.UnitLength.ToString()),
            ("max_tokens", MaxTokens?.ToString(CultureInfo.InvariantCulture) ?? "none"),
            ("preprocess", options.PreprocessId ?? "none"),
            ("behind", traits.Behind + (traits.Cut.Cuts ? $";cut={traits.Cut.Dimensions}" : string.Empty)),
            ("prompt", traits.DefaultPrompt),
            .. traits
                .Prompts.OrderBy(prompt => prompt.Key, StringComparer.Ordinal)
                .Select(prompt => ("prompt:" + prompt.Key, prompt.Value)),
        ]);
    }

    /// <inheritdoc/>
    public EmbeddingSpace Space { get; }

    /// <inheritdoc/>
    public EmbeddingRecipe Recipe { get; }

    /// <summary>The model's tokenizer.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>Most tokens of a text that are used, or null for all.</summary>
    public int? MaxTokens { get; }

    /// <summary>What was assumed where the model folder says nothing, for the user to read; usually empty.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>How a search with this model fuses its rankings.</summary>
    internal SearchSettings Search { get; }

    /// <summary>Loads a model folder.</summary>
    /// <param name="folder">A folder as the Hugging Face hub lays it out.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the loading.</param>
    /// <exception cref="SimileException">A code of the 200s, or <see cref="ErrorCode.InvalidOption"/>.</exception>
    public static Task<TextEmbedder> LoadAsync(
        string folder,
        TextEmbedderOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        Task.Run(
            () =>
                TextEmbedderLoader.Load(
                    ModelManifest.Read(ModelFolder.Open(folder)),
                    options ?? new TextEmbedderOptions(),
                    TimeProvider.System
                ),
            cancellationToken
        );

    /// <summary>Loads a model by its name: one that lies beside the program, as those of the package Simile.Models.Mini do, or one that was
    /// downloaded from the hub.</summary>
    /// <param name="name">An installed model's name, <c>org/name[@revision]</c>, the short name of a well-known model, or a folder.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the loading.</param>
    /// <exception cref="SimileException">A code of the 200s, or <see cref="ErrorCode.InvalidOption"/>.</exception>
    public static Task<TextEmbedder> LoadInstalledAsync(
        string name = ModelCatalog.DefaultModel,
        TextEmbedderOptions? options = null,
        CancellationToken cancellationToken = default
    ) => LoadAsync(ModelLocator.OfThisMachine().Resolve(name).Path, options, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>The caller's thread is free while the network computes; a static model's calls of a few short texts, which take
    /// microseconds, are done at once.</remarks>
    public ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<string> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var request = TextRequest.Of(options ?? EmbedOptions.Default, Space, _traits, MaxTokens, _runner);
        var call = new TextCall(
            inputs,
            request,
            EmbeddingBatch.NewBlock(inputs.Count, request.Space.Dimensions),
            new EmbeddingOutcome[inputs.Count]
        );
        if (_runner.IsQuick(inputs))
        {
            return ValueTask.FromResult(Run(call, cancellationToken));
        }

        // What the caller does to the list from now on changes nothing.
        var own = call with
        {
            Inputs = [.. inputs],
        };
        return new ValueTask<EmbeddingBatch>(Task.Run(() => Run(own, cancellationToken), cancellationToken));
    }

    /// <summary>Embeds texts that a caller tokenized with this model's tokenizer: each an array of ids, with or without the special tokens
    /// around them.</summary>
    internal IEmbedder<int[]> Ids => new TokenIdEmbedder(this);

    /// <summary>Lists the tokens that the network sees of a text, special ones included, cut to the model's limit.</summary>
    /// <param name="text">The text, without a prompt.</param>
    /// <param name="tokens">Gets the tokens, appended.</param>
    /// <returns>Tokens before the cut.</returns>
    public int Inspect(string text, TokenBuffer tokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tokens);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _runner.Tokenize(text, MaxTokens ?? int.MaxValue, tokens);
    }

    /// <summary>How many tokens the network would see of a text, prompt and special tokens included, if nothing were cut.</summary>
    /// <param name="text">The text, without a prompt.</param>
    /// <param name="purpose">Which prompt is put before it.</param>
    public int CountTokens(string text, EmbedPurpose purpose)
    {
        ArgumentNullException.ThrowIfNull(text);
        var prompt = TextRequest.Of(new EmbedOptions { Purpose = purpose }, Space, _traits, MaxTokens, _runner).Prompt;
        return _runner.Tokenize(prompt + text, int.MaxValue, new TokenBuffer());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Frees the network as soon as the calls that run have ended; calls that come are refused
    /// (<see cref="ObjectDisposedException"/>).</summary>
    public void Dispose()
    {
        _disposed = true;
        _runner.Dispose();
    }

    /// <summary>Embeds texts and says for each what went into its vector.</summary>
    /// <inheritdoc cref="EmbedAsync"/>
    public async ValueTask<IReadOnlyList<TextEmbeddingRecord>> EmbedWithMetadataAsync(
        IReadOnlyList<string> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var batch = await EmbedAsync(inputs, options, cancellationToken).ConfigureAwait(false);
        var now = _time.GetUtcNow();
        return [.. inputs.Select((text, i) => RecordOf(text, i, batch, now))];
    }

    /// <summary>Embeds token ids as <see cref="EmbedAsync"/> embeds the text that they stand for.</summary>
    private sealed class TokenIdEmbedder(TextEmbedder texts) : IEmbedder<int[]>
    {
        public EmbeddingSpace Space => texts.Space;

        public EmbeddingRecipe Recipe => texts.Recipe;

        public ValueTask<EmbeddingBatch> EmbedAsync(
            IReadOnlyList<int[]> inputs,
            EmbedOptions? options = null,
            CancellationToken cancellationToken = default
        )
        {
            ObjectDisposedException.ThrowIf(texts._disposed, texts);
            var request = TextRequest.Of(options ?? EmbedOptions.Default, texts.Space, texts._traits, texts.MaxTokens, texts._runner);
            var block = EmbeddingBatch.NewBlock(inputs.Count, request.Space.Dimensions);
            var call = new TextCall([], request, block, new EmbeddingOutcome[inputs.Count]) { Ids = [.. inputs] };
            return new ValueTask<EmbeddingBatch>(Task.Run(() => texts.Run(call, cancellationToken), cancellationToken));
        }

        public object? Find(Type type) => type.IsInstanceOfType(this) ? this : ((IEmbedder<string>)texts).Find(type);
    }

    private EmbeddingBatch Run(TextCall call, CancellationToken cancellationToken)
    {
        _runner.Run(call, cancellationToken);
        return new EmbeddingBatch(call.Request.Space, call.Block, call.Outcomes);
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
}
