using Microsoft.Extensions.AI;
using Simile.Vectors;

namespace Simile.Hosting.Generators;

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
