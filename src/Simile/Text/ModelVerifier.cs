using Simile.Models;

namespace Simile.Text;

/// <summary>Checks that a model gives, here and now, the vectors it was published with.</summary>
public static class ModelVerifier
{
    /// <summary>Embeds the texts of the model's golden.json again.</summary>
    /// <returns>The largest difference of any value.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.VerificationFailed"/> when it is above the tolerance or there is nothing to check against.</exception>
    public static async Task<float> VerifyAsync(ModelFolder folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var golden = GoldenFile.Load(folder);
        var embedder = await TextEmbedder.LoadAsync(folder.Path, null, cancellationToken).ConfigureAwait(false);
        var batch = await embedder.EmbedAsync(golden.Texts, null, cancellationToken).ConfigureAwait(false);
        var largest = 0f;
        for (var i = 0; i < golden.Texts.Count; i++)
        {
            largest = Math.Max(largest, LargestDifference(batch[i], golden.Vectors[i]));
        }

        return largest <= golden.Tolerance
            ? largest
            : throw new SimileException(ErrorCode.VerificationFailed, $"{folder.Name} gives vectors that differ from its golden ones by {largest:G3}, but {golden.Tolerance:G3} is allowed. Fetch the model again.");
    }

    private static float LargestDifference(ReadOnlySpan<float> actual, float[] expected)
    {
        if (actual.Length != expected.Length)
        {
            return float.PositiveInfinity;
        }

        var largest = 0f;
        for (var d = 0; d < expected.Length; d++)
        {
            var difference = MathF.Abs(actual[d] - expected[d]);
            largest = float.IsNaN(difference) ? float.PositiveInfinity : Math.Max(largest, difference);
        }

        return largest;
    }
}
