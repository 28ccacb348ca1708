using Simile.Images;
using Simile.Vectors;

namespace Simile.Tests.Multimodal;

/// <summary>Embeds inputs by a table of names; a name that is not there fails.</summary>
internal sealed class FakeEmbedder<TInput>(string space, Func<TInput, string> name, Dictionary<string, float[]> vectors) : IEmbedder<TInput>
{
    public EmbeddingSpace Space { get; } = new(space, vectors.Values.First().Length, false, SimilarityMetric.Cosine);

    public EmbeddingRecipe Recipe { get; } = EmbeddingRecipe.Of([("fake", space)]);

    public ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<TInput> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var rows = inputs.Select(input => vectors.GetValueOrDefault(name(input))).ToArray();
        var outcomes = rows.Select(row => new EmbeddingOutcome(
            3,
            2,
            row is null ? new SimileException(ErrorCode.EmptyText, "no such name") : null
        )
        {
            Truncated = true,
        });
        return ValueTask.FromResult(
            new EmbeddingBatch(Space, [.. rows.SelectMany(row => row ?? new float[Space.Dimensions])], [.. outcomes])
        );
    }
}

internal static class Fakes
{
    public static FakeEmbedder<string> Texts(string space, Dictionary<string, float[]> vectors) => new(space, text => text, vectors);

    public static FakeEmbedder<ImageInput> Images(string space, Dictionary<string, float[]> vectors) =>
        new(space, image => image.Name, vectors);

    public static ImageInput Picture(string name) => ImageInput.FromFile(name);
}
