using Simile.Models;

namespace Simile.Images;

/// <summary>Checks that an image model gives, here and now, the vectors it was published with.</summary>
internal static class ImageModelVerifier
{
    private static readonly (int Width, int Height, int Seed)[] Probes = [(64, 64, 1), (300, 200, 2), (90, 160, 3)];

    /// <summary>Embeds the pictures of the model's golden.json again. A model without them is checked against itself: every picture alone
    /// and in a batch, finite and the same to the last bit.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.VerificationFailed"/> when a difference is above the tolerance.</exception>
    public static async Task<ModelVerification> VerifyAsync(ModelFolder folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var embedder = await ImageEmbedder.LoadAsync(folder.Path, null, cancellationToken).ConfigureAwait(false);
        await using var owned = embedder.ConfigureAwait(false);
        var golden = GoldenPictures.Load(folder) ?? await OwnVectorsAsync(embedder, cancellationToken).ConfigureAwait(false);
        var batch = await embedder
            .EmbedAsync([.. golden.Pictures.Select(picture => ImageInput.FromPixels(picture))], null, cancellationToken)
            .ConfigureAwait(false);
        return ModelVerification.Of(folder, batch, golden.Vectors, golden.Tolerance);
    }

    private static async Task<GoldenPictures> OwnVectorsAsync(ImageEmbedder embedder, CancellationToken cancellationToken)
    {
        var pictures = Array.ConvertAll(Probes, probe => GoldenPictures.Draw(probe.Width, probe.Height, probe.Seed));
        var vectors = new List<float[]>();
        foreach (var picture in pictures)
        {
            var batch = await embedder.EmbedAsync([ImageInput.FromPixels(picture)], null, cancellationToken).ConfigureAwait(false);
            vectors.Add(batch[0].ToArray());
        }

        return new GoldenPictures(pictures, vectors, Tolerance: 0);
    }
}
