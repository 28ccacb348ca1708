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
