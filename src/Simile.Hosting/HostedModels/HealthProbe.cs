using Simile.Images;
using Simile.Imaging;
using Simile.Vectors;

namespace Simile.Hosting.HostedModels;

/// <summary>An input whose vector is known, embedded again through the queue but past every cache.</summary>
/// <param name="Kind">What is embedded: texts or pictures.</param>
/// <param name="Space">The space of its vector.</param>
/// <param name="Recipe">The recipe of its vector.</param>
/// <param name="RunAsync">Embeds it and says whether the vector is as it was.</param>
internal sealed record HealthProbe(string Kind, EmbeddingSpace Space, EmbeddingRecipe Recipe, Func<CancellationToken, Task<bool>> RunAsync)
{
    private const float LowestCosine = 0.999f;

    /// <summary>Embeds an input for the first time.</summary>
    /// <exception cref="SimileException">The model cannot embed it.</exception>
    public static async Task<HealthProbe> TakeAsync<TInput>(
        string kind,
        TInput input,
        IEmbedder<TInput> model,
        IEmbedder<TInput> queued,
        bool isExact,
        CancellationToken cancellationToken
    )
    {
        var expected = await EmbedAsync(model, input, cancellationToken).ConfigureAwait(false);
        return new HealthProbe(
            kind,
            model.Space,
            model.Recipe,
            async stop =>
            {
                var vector = await EmbedAsync(queued, input, stop).ConfigureAwait(false);
                return isExact ? vector.AsSpan().SequenceEqual(expected) : Similarity.Cosine(vector, expected) >= LowestCosine;
            }
        );
    }

    private static async ValueTask<float[]> EmbedAsync<TInput>(
        IEmbedder<TInput> embedder,
        TInput input,
        CancellationToken cancellationToken
    )
    {
        var batch = await embedder.EmbedAsync([input], null, cancellationToken).ConfigureAwait(false);
        return batch[0].ToArray();
    }
}

/// <summary>The inputs that show that a model works. They never change.</summary>
internal static class ProbeInputs
{
    private const int Side = 64;

    /// <summary>A text that every vocabulary knows something of.</summary>
    public const string Text = "A simile says that one thing is like another.";

    /// <summary>A picture of colours that run across and down.</summary>
    public static ImageInput Picture()
    {
        var pixels = new byte[Side * Side * 3];
        for (var i = 0; i < Side * Side; i++)
        {
            var (x, y) = (i % Side, i / Side);
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = ((byte)(4 * x), (byte)(4 * y), (byte)(2 * (x + y)));
        }

        return ImageInput.FromPixels(new RgbImage(Side, Side, pixels), "probe");
    }
}
