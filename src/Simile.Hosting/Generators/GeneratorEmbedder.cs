using System.Net;
using System.Net.Sockets;
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

/// <summary>What a <see cref="GeneratorEmbedder{TInput}"/> cannot ask its generator.</summary>
public sealed record GeneratorEmbedderOptions
{
    /// <summary>Values a vector. Default: null, what the generator's metadata say.</summary>
    public int? Dimensions { get; init; }

    /// <summary>The model's name. Default: null, what the generator's metadata say.</summary>
    public string? ModelId { get; init; }

    /// <summary>What tells the model's weights from others that go by the same name: a digest, a version, a date. It is part of the recipe,
    /// so a cache forgets the old vectors when it changes. Default: null, the name alone.</summary>
    public string? Identity { get; init; }

    /// <summary>Whether the vectors are scaled to length 1. Default: false, as the generator gives them.</summary>
    public bool Normalize { get; init; }

    /// <summary>The metric that the model was trained for. Default: <see cref="SimilarityMetric.Cosine"/>.</summary>
    public SimilarityMetric Metric { get; init; } = SimilarityMetric.Cosine;

    /// <summary>The shorter lengths that the generator may be asked for. Default: none.</summary>
    public IReadOnlyList<int> TrainedDimensions { get; init; } = [];

    /// <summary>The same options, once they are sound.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public GeneratorEmbedderOptions Checked()
    {
        if (Dimensions < 1 || TrainedDimensions.Any(length => length < 1) || !Enum.IsDefined(Metric))
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"Dimensions is {Dimensions}, TrainedDimensions is [{string.Join(", ", TrainedDimensions)}] and Metric {Metric}; "
                    + "expected are lengths of at least 1 and a metric of the list."
            );
        }

        return ModelId is not { Length: 0 } && Identity is not { Length: 0 }
            ? this
            : throw new SimileException(ErrorCode.InvalidOption, "ModelId or Identity is an empty text. Leave it out, or give it a value.");
    }
}

/// <summary>A call's inputs, those of them that can be sent, and the rows that come of it.</summary>
internal sealed class GeneratedRows<TInput>
{
    private readonly string _name;
    private readonly float[] _block;
    private readonly EmbeddingOutcome[] _outcomes;
    private readonly List<int> _places = [];

    public GeneratedRows(IReadOnlyList<TInput> inputs, EmbeddingSpace space, string name)
    {
        (Space, _name) = (space, name);
        _block = new float[checked(inputs.Count * space.Dimensions)];
        _outcomes = new EmbeddingOutcome[inputs.Count];
        for (var i = 0; i < inputs.Count; i++)
        {
            if (Refuse(inputs[i]) is { } error)
            {
                _outcomes[i] = new EmbeddingOutcome(0, 0, error);
                continue;
            }

            _places.Add(i);
            Sent.Add(inputs[i]);
        }
    }

    public EmbeddingSpace Space { get; }

    /// <summary>Inputs that go to the generator.</summary>
    public List<TInput> Sent { get; } = [];

    /// <summary>Takes one answer for each of <see cref="Sent"/>.</summary>
    public void Take(GeneratedEmbeddings<Embedding<float>> answers)
    {
        var tokens = (int)Math.Clamp(answers.Usage?.InputTokenCount ?? 0, 0, int.MaxValue);
        var (each, more) = _places.Count == 0 ? (0, 0) : Math.DivRem(tokens, _places.Count);
        for (var i = 0; i < _places.Count; i++)
        {
            var row = _block.AsSpan(_places[i] * Space.Dimensions, Space.Dimensions);
            var error = Fill(answers[i] is { } answer ? answer.Vector.Span : [], row);
            _outcomes[_places[i]] = new EmbeddingOutcome(each + (i < more ? 1 : 0), each + (i < more ? 1 : 0), error);
            if (error is not null)
            {
                row.Clear();
            }
        }
    }

    public EmbeddingBatch ToBatch() => new(Space, _block, _outcomes);

    private static SimileException? Refuse(TInput input) =>
        input switch
        {
            null => new SimileException(ErrorCode.NullInput, "The input is null."),
            string text when string.IsNullOrWhiteSpace(text) => new SimileException(
                ErrorCode.EmptyText,
                "The text is empty. Leave it out."
            ),
            _ => null,
        };

    private SimileException? Fill(ReadOnlySpan<float> vector, Span<float> row)
    {
        if (vector.Length != row.Length)
        {
            return GeneratorErrors.WrongLength(_name, row.Length, vector.Length);
        }

        vector.CopyTo(row);
        var isSound = Space.UnitLength ? UnitLength.TryNormalize(row) : AreFinite(row);
        return isSound ? null : GeneratorErrors.NotFinite(_name);
    }

    private static bool AreFinite(ReadOnlySpan<float> row)
    {
        var allFinite = true;
        foreach (var value in row)
        {
            allFinite &= float.IsFinite(value);
        }

        return allFinite;
    }
}

internal static class GeneratorErrors
{
    public static SimileException NoDimensions(string name) =>
        new(
            ErrorCode.InvalidOption,
            $"The generator {name} does not say how long its vectors are. Set GeneratorEmbedderOptions.Dimensions, or use "
                + "GeneratorEmbedder.ConnectAsync, which asks it."
        );

    public static SimileException NoModel(string name) =>
        new(
            ErrorCode.InvalidOption,
            $"The generator {name} does not say which model it has. Set GeneratorEmbedderOptions.ModelId: without a name, its vectors "
                + "could be taken for another model's."
        );

    public static SimileException NoTokenLimit(int tokens) =>
        new(ErrorCode.InvalidOption, $"MaxTokens is {tokens}, but a generator cannot be told where to cut. Leave it out.");

    public static SimileException WrongCount(string name, int sent, int given) =>
        new(
            ErrorCode.ModelFailed,
            $"{sent} values were sent to the generator {name}, and {given} embeddings came back; expected is one a value."
        );

    public static SimileException WrongLength(string name, int wanted, int given) =>
        new(
            ErrorCode.ModelFailed,
            $"The generator {name} gave a vector of {given} values; expected are {wanted}. Correct "
                + $"GeneratorEmbedderOptions.Dimensions, or add {given} to TrainedDimensions where shorter vectors are asked for."
        );

    public static SimileException NotFinite(string name) =>
        new(ErrorCode.InvalidVector, $"The generator {name} gave a vector that holds NaN or infinity, or that has no direction.");

    /// <summary>What a generator threw, with a code: the whole generator is unavailable, or it failed on something in this batch.</summary>
    public static SimileException Failed(string name, Exception error) =>
        error as SimileException
        ?? (
            IsOutage(error)
                ? new SimileException(
                    ErrorCode.GeneratorUnavailable,
                    $"The generator {name} cannot be used at the moment ({error.GetType().Name}: {error.Message}). Try again, or look "
                        + "after its service.",
                    error
                )
                : new SimileException(
                    ErrorCode.ModelFailed,
                    $"The generator {name} failed ({error.GetType().Name}: {error.Message}).",
                    error
                )
        );

    // Only these can be told from a bad input; the exceptions of vendors' own libraries cannot, and are taken for one.
    private static bool IsOutage(Exception error) =>
        error switch
        {
            HttpRequestException
            {
                StatusCode: null
                    or HttpStatusCode.Unauthorized
                    or HttpStatusCode.Forbidden
                    or HttpStatusCode.NotFound
                    or HttpStatusCode.RequestTimeout
                    or HttpStatusCode.TooManyRequests
                    or >= HttpStatusCode.InternalServerError
            } => true,
            TimeoutException or OperationCanceledException or IOException or SocketException => true,
            _ => false,
        };
}
