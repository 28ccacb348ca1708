using Simile.Models;

namespace Simile.Text;

/// <summary>Checks that a model gives, here and now, the vectors it was published with.</summary>
public static class ModelVerifier
{
    private static readonly string[] Probes = ["a", "The quick answer is often wrong.", "Ein Satz auf Deutsch, 42 % länger!", "one two three four five six seven eight nine ten eleven twelve thirteen"];

    /// <summary>Embeds the texts of the model's golden.json again. A model without one is checked against itself: every text alone and in a batch, finite and the same to the last bit.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.VerificationFailed"/> when a difference is above the tolerance.</exception>
    public static async Task<ModelVerification> VerifyAsync(ModelFolder folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var golden = File.Exists(folder.File(GoldenFile.FileName)) ? GoldenFile.Load(folder) : null;
        var embedder = await TextEmbedder.LoadAsync(folder.Path, null, cancellationToken).ConfigureAwait(false);
        await using var owned = embedder.ConfigureAwait(false);
        golden ??= await OwnVectorsAsync(embedder, cancellationToken).ConfigureAwait(false);
        var batch = await embedder.EmbedAsync(golden.Texts, null, cancellationToken).ConfigureAwait(false);
        var largest = 0f;
        for (var i = 0; i < golden.Texts.Count; i++)
        {
            largest = Math.Max(largest, LargestDifference(batch[i], golden.Vectors[i]));
        }

        return largest <= golden.Tolerance
            ? new ModelVerification(golden.Tolerance > 0, largest)
            : throw new SimileException(ErrorCode.VerificationFailed, $"{folder.Name} gives vectors that differ from {(golden.Tolerance > 0 ? "its golden ones" : "those it gave a moment before")} by {largest:G3}, but {golden.Tolerance:G3} is allowed. Fetch the model again.");
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

/// <summary>What a check of a model found.</summary>
/// <param name="HasGolden">Whether the model came with vectors to compare with; without them it was only checked against itself.</param>
/// <param name="LargestDifference">The largest difference of any value.</param>
public sealed record ModelVerification(bool HasGolden, float LargestDifference)
{
    /// <summary>The result in words.</summary>
    public string Summary => HasGolden
        ? $"as published (largest difference {LargestDifference:G3})"
        : "loads and agrees with itself; it came without golden vectors to be compared with";
}
