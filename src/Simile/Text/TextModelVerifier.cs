using Simile.Engine.Files;
using Simile.Models;

namespace Simile.Text;

/// <summary>Checks that a text model gives, here and now, the vectors it was published with.</summary>
internal static class TextModelVerifier
{
    private static readonly string[] Probes =
    [
        "a",
        "The quick answer is often wrong.",
        "Ein Satz auf Deutsch, 42 % länger!",
        "one two three four five six seven eight nine ten eleven twelve thirteen",
    ];

    /// <summary>Embeds the texts of the model's golden.json again. A model without one is checked against itself: every text alone and in a
    /// batch, finite and the same to the last bit.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.VerificationFailed"/> when a difference is above the tolerance.</exception>
    public static async Task<ModelVerification> VerifyAsync(ModelFolder folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var golden = RegularFile.Exists(folder.File(GoldenFile.FileName)) ? GoldenFile.Load(folder) : null;
        var embedder = await TextEmbedder.LoadAsync(folder.Path, null, cancellationToken).ConfigureAwait(false);
        await using var owned = embedder.ConfigureAwait(false);
        golden ??= await OwnVectorsAsync(embedder, cancellationToken).ConfigureAwait(false);
        var batch = await embedder.EmbedAsync(golden.Texts, null, cancellationToken).ConfigureAwait(false);
        return ModelVerification.Of(folder, batch, golden.Vectors, golden.Tolerance);
    }

    private static async Task<GoldenFile> OwnVectorsAsync(TextEmbedder embedder, CancellationToken cancellationToken)
    {
        var vectors = new List<float[]>();
        foreach (var text in Probes)
        {
            var batch = await embedder.EmbedAsync([text], null, cancellationToken).ConfigureAwait(false);
            vectors.Add(batch[0].ToArray());
        }

        return new GoldenFile(Probes, vectors, Tolerance: 0);
    }
}
