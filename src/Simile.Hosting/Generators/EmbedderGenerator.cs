using System.Text;
using Microsoft.Extensions.AI;
using Simile.Images;
using Simile.Multimodal;
using Simile.Vectors;

namespace Simile.Hosting.Generators;

/// <summary>Offers Simile's embedders as generators of Microsoft.Extensions.AI.</summary>
/// <remarks>A generator gives one embedding a value, in order, and counts the tokens used. Their contract has no errors of single values:
/// when one has no vector, the call throws its
/// <see cref="SimileException"/>, which names its index. A generator does not dispose its embedder. What their options cannot say,
/// <c>RawRepresentationFactory</c> can: an <see cref="EmbedOptions"/> from it is followed, so that a search text can be embedded as
/// <see cref="EmbedPurpose.Query"/>.</remarks>
public static class EmbedderGenerator
{
    /// <summary>A generator over an embedder of texts.</summary>
    /// <param name="embedder">The embedder.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    public static IEmbeddingGenerator<string, Embedding<float>> Over(
        IEmbedder<string> embedder,
        EmbedderGeneratorOptions? options = null
    ) => new EmbedderGenerator<string, string>(embedder, text => text, Checked(options), () => DimensionsOf(embedder));

    /// <summary>A generator over an embedder of pictures. Values are picture files.</summary>
    /// <inheritdoc cref="Over(IEmbedder{string}, EmbedderGeneratorOptions?)"/>
    public static IEmbeddingGenerator<DataContent, Embedding<float>> Over(
        IEmbedder<ImageInput> embedder,
        EmbedderGeneratorOptions? options = null
    ) => Over(new ContentEmbedder(null, embedder), options);

    /// <summary>A generator over an embedder of texts and pictures. A value whose media type is <c>text/…</c> is a text in UTF-8, every
    /// other a picture file.</summary>
    /// <inheritdoc cref="Over(IEmbedder{string}, EmbedderGeneratorOptions?)"/>
    public static IEmbeddingGenerator<DataContent, Embedding<float>> Over(
        IEmbedder<Content> embedder,
        EmbedderGeneratorOptions? options = null
    ) => new EmbedderGenerator<DataContent, Content>(embedder, DataContents.ToContent, Checked(options), () => DimensionsOf(embedder));

    // Metadata are asked for while a container is built; that is no time to load a model.
    private static int? DimensionsOf<TInput>(IEmbedder<TInput> embedder) =>
        embedder is ILoadedLater hosted ? hosted.SpaceIfLoaded?.Dimensions : embedder.Space.Dimensions;

    private static EmbedderGeneratorOptions Checked(EmbedderGeneratorOptions? options) =>
        (options ?? new EmbedderGeneratorOptions()).Checked();
}

/// <summary>An embedder whose model is loaded when it is first needed.</summary>
internal interface ILoadedLater
{
    /// <summary>The space, or null when the model would have to be loaded first.</summary>
    EmbeddingSpace? SpaceIfLoaded { get; }
}

/// <summary>A generator over an embedder, whatever is embedded.</summary>
/// <typeparam name="TValue">What their callers give.</typeparam>
/// <typeparam name="TInput">What our embedder takes.</typeparam>
/// <param name="embedder">The embedder.</param>
/// <param name="toInput">Makes one of the other.</param>
/// <param name="options">Options.</param>
/// <param name="dimensions">Values a vector; null while that is not known.</param>
internal sealed class EmbedderGenerator<TValue, TInput>(
    IEmbedder<TInput> embedder,
    Func<TValue, TInput> toInput,
    EmbedderGeneratorOptions options,
    Func<int?> dimensions
) : IEmbeddingGenerator<TValue, Embedding<float>>
{
    private const string Provider = "simile";

    private string ModelId => options.ModelId ?? embedder.Space.Id;

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<TValue> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(values);
        var batch = await embedder.EmbedAsync([.. values.Select(toInput)], OptionsOf(options), cancellationToken).ConfigureAwait(false);
        var answer = new GeneratedEmbeddings<Embedding<float>>(batch.Count);
        var (now, tokens) = (Now(), 0L);
        for (var i = 0; i < batch.Count; i++)
        {
            // A copy, so that an embedding that is kept does not keep its whole batch.
            answer.Add(new Embedding<float>(batch[i].ToArray()) { ModelId = ModelId, CreatedAt = now });
            tokens += batch.Outcomes[i].TokensUsed;
        }

        answer.Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens };
        return answer;
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata(Provider, null, ModelId, dimensions())
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(embedder) ? embedder
            : options.Find(serviceType);
    }

    public void Dispose()
    {
        // The embedder is its owner's.
    }

    private DateTimeOffset Now() => options.Time.GetUtcNow();

    private EmbedOptions OptionsOf(EmbeddingGenerationOptions? theirs)
    {
        if (theirs?.ModelId is { } wanted && !string.Equals(wanted, ModelId, StringComparison.OrdinalIgnoreCase))
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"The model '{wanted}' was asked for, but this generator has '{ModelId}'. Leave ModelId out, or use the generator of "
                    + "that model."
            );
        }

        var settled = theirs?.RawRepresentationFactory?.Invoke(this) as EmbedOptions ?? EmbedOptions.Default;
        return theirs?.Dimensions is { } dimensions ? settled with { Dimensions = dimensions } : settled;
    }
}

/// <summary>Options of <see cref="EmbedderGenerator"/>.</summary>
public sealed record EmbedderGeneratorOptions
{
    /// <summary>The model's name, as it appears in the metadata and in each embedding. Default: null, the id of the embedder's
    /// space.</summary>
    public string? ModelId { get; init; }

    /// <summary>Finds further objects that <c>GetService</c> hands out, beside the generator, its metadata and the embedder. Default:
    /// none.</summary>
    public Func<Type, object?> Find { get; init; } = _ => null;

    /// <summary>The clock that says when an embedding was made. Default: the machine's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal EmbedderGeneratorOptions Checked() =>
        ModelId is not { Length: 0 } && Find is not null && Time is not null
            ? this
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"ModelId is '{ModelId}'; expected is a name, or null for the id of the space, with Find and Time left as they are or set."
            );
}

/// <summary>Data with a media type as texts and pictures.</summary>
internal static class DataContents
{
    // Stands for bytes that are no UTF-8, so that the embedder refuses this input as invalid and no other.
    private const string NoText = "\uD800";
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A text for <c>text/…</c>, a picture for everything else; null for null, which an embedder answers with a failed
    /// row.</summary>
    public static Content ToContent(DataContent? data) =>
        data is null ? null!
        : data.HasTopLevelMediaType("text") ? Content.Of(Decode(data.Data.Span))
        : Content.Of(ImageInput.FromBytes(data.Data, data.Name ?? data.MediaType));

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return NoText;
        }
    }
}
