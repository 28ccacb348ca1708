using System.Text.Json;
using Simile.Imaging;
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

/// <summary>Drawn pictures and the vectors a model was published with (<c>pictures</c> and <c>picture_vectors</c> of
/// golden.json).</summary>
/// <param name="Pictures">The pictures, each (width, height, seed) of <see cref="Draw"/>.</param>
/// <param name="Vectors">A vector each, (D).</param>
/// <param name="Tolerance">The largest difference that a value may have.</param>
internal sealed record GoldenPictures(IReadOnlyList<RgbImage> Pictures, IReadOnlyList<float[]> Vectors, float Tolerance)
{
    private const int MaxSide = 1024;

    /// <summary>Reads the file of a model; null when it has none, or none with pictures.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.VerificationFailed"/> when it is damaged.</exception>
    public static GoldenPictures? Load(ModelFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (
            folder.ReadJson(GoldenFile.FileName) is not { ValueKind: JsonValueKind.Object } root
            || !root.TryGetProperty("pictures", out var pictures)
        )
        {
            return null;
        }

        try
        {
            return new GoldenPictures(
                [.. pictures.EnumerateArray().Select(entry => Draw(entry[0].GetInt32(), entry[1].GetInt32(), entry[2].GetInt32()))],
                [
                    .. root.GetProperty("picture_vectors")
                        .EnumerateArray()
                        .Select(vector => vector.EnumerateArray().Select(value => value.GetSingle()).ToArray()),
                ],
                root.GetProperty("tolerance").GetSingle()
            );
        }
        catch (Exception error)
            when (error
                    is KeyNotFoundException
                        or InvalidOperationException
                        or FormatException
                        or ArgumentException
                        or IndexOutOfRangeException
            )
        {
            throw new SimileException(
                ErrorCode.VerificationFailed,
                $"The golden pictures in {folder.File(GoldenFile.FileName)} cannot be read: {error.Message}",
                error
            );
        }
    }

    /// <summary>A picture that any program can draw again: value(x, y, c) = ((x²·(c + 1) + y²·(3 − c) + 97·seed·(x + y)) div 16) mod
    /// 256.</summary>
    public static RgbImage Draw(int width, int height, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, MaxSide);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, MaxSide);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var pixels = new byte[width * height * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (x, y, c) = (i / 3 % width, i / 3 / width, i % 3);
            pixels[i] = (byte)(((x * x * (c + 1)) + (y * y * (3 - c)) + (97 * seed * (x + y))) / 16);
        }

        return new RgbImage(width, height, pixels);
    }
}
