using Microsoft.Extensions.AI;
using Simile.Vectors;

namespace Simile.Hosting.Generators;

/// <summary>Any generator of Microsoft.Extensions.AI (OpenAI, Ollama …) as one of Simile's embedders, so that it can be cached, batched and
/// monitored. The generator is not disposed with it.</summary>
/// <remarks>
/// <para>Generators do not tell which weights they have. The space is that of the provider's and the model's name; the recipe adds the
/// address and <see cref="GeneratorEmbedderOptions.Identity"/>: change it when the model behind the name changes, or cached vectors of the
/// old one are used on.</para>
/// <para>An empty or missing text is a failed row and is not sent. When the generator throws, the call fails with
/// <see cref="ErrorCode.GeneratorUnavailable"/> when the service cannot be used at all, else with <see cref="ErrorCode.ModelFailed"/>; a
/// <see cref="Batching.BatchingEmbedder{TInput}"/> above finds the bad inputs then. <see cref="EmbedOptions.Purpose"/> has no effect: their
/// contract knows none. Tokens are known of whole calls only; they are shared out evenly among the call's inputs.</para>
/// </remarks>
/// <typeparam name="TInput">What is embedded.</typeparam>
public sealed class GeneratorEmbedder<TInput> : IEmbedder<TInput>
{
    private readonly IEmbeddingGenerator<TInput, Embedding<float>> _generator;
    private readonly string _name;

    /// <summary>Wraps a generator.</summary>
    /// <param name="generator">The generator.</param>
    /// <param name="options">What it does not say itself, or null.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>, also when the model or the length of its vectors is not
    /// known.</exception>
    public GeneratorEmbedder(IEmbeddingGenerator<TInput, Embedding<float>> generator, GeneratorEmbedderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(generator);
        var settled = (options ?? new GeneratorEmbedderOptions()).Checked();
        var metadata = generator.GetService(typeof(EmbeddingGeneratorMetadata)) as EmbeddingGeneratorMetadata;
        var provider = metadata?.ProviderName ?? generator.GetType().Name;
        var model = settled.ModelId ?? metadata?.DefaultModelId ?? throw GeneratorErrors.NoModel(provider);
        (_generator, _name) = (generator, $"{provider}/{model}");
        var dimensions = settled.Dimensions ?? metadata?.DefaultModelDimensions ?? throw GeneratorErrors.NoDimensions(_name);
        Space = new EmbeddingSpace(_name, dimensions, settled.Normalize, settled.Metric, settled.TrainedDimensions);
        Recipe = EmbeddingRecipe.Of(
            ("generator", provider),
            ("uri", metadata?.ProviderUri?.AbsoluteUri ?? "none"),
            ("model", model),
            ("dimensions", $"{dimensions}"),
            ("normalize", $"{settled.Normalize}"),
            ("identity", settled.Identity ?? "none")
        );
    }

    /// <inheritdoc/>
    public EmbeddingSpace Space { get; }

    /// <inheritdoc/>
    public EmbeddingRecipe Recipe { get; }

    /// <summary>Wraps a generator after asking it for one vector, to learn how long its vectors are.</summary>
    /// <param name="generator">The generator.</param>
    /// <param name="probe">What to ask it with.</param>
    /// <param name="options">What it does not say itself, or null.</param>
    /// <param name="cancellationToken">Stops the asking.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.GeneratorUnavailable"/>, <see cref="ErrorCode.ModelFailed"/>,
    /// <see cref="ErrorCode.InvalidOption"/>.</exception>
    public static async Task<GeneratorEmbedder<TInput>> ConnectAsync(
        IEmbeddingGenerator<TInput, Embedding<float>> generator,
        TInput probe,
        GeneratorEmbedderOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(generator);
        var answers = await AskAsync(generator, generator.GetType().Name, [probe], null, cancellationToken).ConfigureAwait(false);
        return new GeneratorEmbedder<TInput>(
            generator,
            (options ?? new GeneratorEmbedderOptions()) with
            {
                Dimensions = answers[0].Vector.Length,
            }
        );
    }

    /// <inheritdoc/>
    /// <exception cref="SimileException"><see cref="ErrorCode.GeneratorUnavailable"/>, <see cref="ErrorCode.ModelFailed"/>, or an error
    /// about the options.</exception>
    public async ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<TInput> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var settled = options ?? EmbedOptions.Default;
        var rows = new GeneratedRows<TInput>(inputs, SpaceFor(settled), _name);
        if (rows.Sent.Count > 0)
        {
            var theirs = new EmbeddingGenerationOptions
            {
                Dimensions = rows.Space.Dimensions == Space.Dimensions ? null : rows.Space.Dimensions,
            };
            rows.Take(await AskAsync(_generator, _name, rows.Sent, theirs, cancellationToken).ConfigureAwait(false));
        }

        return rows.ToBatch();
    }

    private EmbeddingSpace SpaceFor(EmbedOptions options) =>
        options.MaxTokens is { } tokens ? throw GeneratorErrors.NoTokenLimit(tokens) : Space.For(options);

    private static async Task<GeneratedEmbeddings<Embedding<float>>> AskAsync(
        IEmbeddingGenerator<TInput, Embedding<float>> generator,
        string name,
        IReadOnlyList<TInput> values,
        EmbeddingGenerationOptions? options,
        CancellationToken cancellationToken
    )
    {
        GeneratedEmbeddings<Embedding<float>> answers;
        try
        {
            answers = await generator.GenerateAsync(values, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            throw GeneratorErrors.Failed(name, error);
        }

        return answers?.Count == values.Count ? answers : throw GeneratorErrors.WrongCount(name, values.Count, answers?.Count ?? 0);
    }
}
