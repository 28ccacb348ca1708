using Simile.Models;

namespace Simile.Reranking;

/// <summary>Checks that a reranker gives, here and now, the same scores whatever a text stands beside. Rerankers come without golden
/// scores.</summary>
internal static class RerankerVerifier
{
    private const string Query = "What does the quick answer cost?";
    private static readonly string[] Probes =
    [
        "a",
        "The quick answer is often wrong.",
        "Ein Satz auf Deutsch, 42 % länger!",
        "one two three four five six seven eight nine ten eleven twelve thirteen",
    ];

    /// <summary>Scores probes together and each alone: all finite, and the same to the last bit.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.VerificationFailed"/> when a score differs, or another code of the
    /// 200s.</exception>
    public static async Task<ModelVerification> VerifyAsync(ModelFolder folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var reranker = await Reranker.LoadAsync(folder.Path, null, cancellationToken).ConfigureAwait(false);
        await using var owned = reranker.ConfigureAwait(false);
        var together = await reranker.ScoreAsync(Query, Probes, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < Probes.Length; i++)
        {
            var alone = await reranker.ScoreAsync(Query, [Probes[i]], cancellationToken).ConfigureAwait(false);
            if (!alone[0].SequenceEqual(together[i]))
            {
                throw new SimileException(
                    ErrorCode.VerificationFailed,
                    $"{folder.Name} scores a text with {alone[0][0]:R} alone and {together[i][0]:R} among others, but both must be "
                        + "the same. Fetch the model again."
                );
            }
        }

        return new ModelVerification(HasGolden: false, LargestDifference: 0);
    }
}
