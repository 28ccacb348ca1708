using System.Text.Json;
using Simile.Imaging;
using Simile.Models;

namespace Simile.Images;

/// <summary>Drawn pictures and the vectors a model was published with (<c>pictures</c> and <c>picture_vectors</c> of
/// golden.json).</summary>
/// <param name="Pictures">The pictures, each (width, height, seed) of <see cref="Draw"/>.</param>
/// <param name="Vectors">A vector each, (D).</param>
/// <param name="Tolerance">The largest difference that a value may have.</param>
internal sealed record GoldenPictures(IReadOnlyList<RgbImage> Pictures, IReadOnlyList<float[]> Vectors, float Tolerance)
{
    private const int MostSide = 1024;

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
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, MostSide);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, MostSide);
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
