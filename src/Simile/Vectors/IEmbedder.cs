namespace Simile;

/// <summary>Turns inputs into vectors. Immutable and safe to call from many threads.</summary>
/// <typeparam name="TInput">What is embedded: text, a picture, or both.</typeparam>
public interface IEmbedder<in TInput>
{
    /// <summary>Which vectors may be compared.</summary>
    EmbeddingSpace Space { get; }

    /// <summary>Which vectors may be reused.</summary>
    EmbeddingRecipe Recipe { get; }

    /// <summary>Embeds inputs. Row i of the answer belongs to input i; a bad input is one failed row and never fails the others.</summary>
    /// <param name="inputs">The inputs; may be empty.</param>
    /// <param name="options">Options of this call, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the work between inputs.</param>
    /// <exception cref="SimileException">The options ask for something the model cannot do.</exception>
    /// <remarks>A vector does not depend on the other inputs, on its place among them, or on the number of threads: bit for bit.</remarks>
    ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<TInput> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>What stands behind this embedder, by its type: itself, or what it wraps. Whatever is put around an embedder passes the
    /// question on.</summary>
    /// <param name="type">The type wanted, such as that of a text model, whose tokenizer is needed.</param>
    /// <returns>The object, or null where there is none of that type.</returns>
    object? Find(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type.IsInstanceOfType(this) ? this : null;
    }
}
