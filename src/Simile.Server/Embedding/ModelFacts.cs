using System.Text.Json;
using Simile.Hosting.HostedModels;

namespace Simile.Server.Embedding;

/// <summary>What clients are told of a model.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Space">The space of its vectors.</param>
/// <param name="Modalities">What it embeds: text, image.</param>
/// <param name="MaxTokens">Most tokens of a text, or null for all.</param>
internal sealed record ModelFacts(string Id, EmbeddingSpace Space, IReadOnlyList<string> Modalities, int? MaxTokens)
{
    /// <summary>When the server learned of it, in seconds since 1970. Clients want a number there.</summary>
    public long Created { get; } = Started;

    /// <summary>Values a vector.</summary>
    public int Dimensions => Space.Dimensions;

    /// <summary>The lengths that vectors may have, the whole one first.</summary>
    public IEnumerable<int> AllDimensions => Space.TrainedDimensions.Prepend(Space.Dimensions);

    /// <summary>What makes two vectors comparable, and the same.</summary>
    public string Recipe { get; private init; } = string.Empty;

    private static long Started { get; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>Asks the model; loads it if it is not loaded.</summary>
    public static async Task<ModelFacts> OfAsync(ServedModel model, CancellationToken cancellationToken)
    {
        var lease = await model.LeaseAsync(cancellationToken).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            var hosted = lease.Embedder;
            string[] modalities = [.. Kinds(hosted)];
            var texts = hosted.Find(typeof(TextEmbedder)) as TextEmbedder;
            return new ModelFacts(model.Id, hosted.Texts?.Model.Space ?? hosted.Images!.Model.Space, modalities, texts?.MaxTokens)
            {
                Recipe = hosted.Texts?.Model.Recipe.Digest ?? hosted.Images!.Model.Recipe.Digest,
            };
        }
    }

    /// <summary>Writes the limit of a text; null where there is none.</summary>
    public void WriteMaxTokens(Utf8JsonWriter json, string name)
    {
        if (MaxTokens is { } most)
        {
            json.WriteNumber(name, most);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static IEnumerable<string> Kinds(HostedModel hosted)
    {
        if (hosted.Texts is not null)
        {
            yield return "text";
        }

        if (hosted.Images is not null)
        {
            yield return "image";
        }
    }
}
