using Simile.Training.Static;

namespace Simile.Training.Alignment;

/// <summary>Which texts train, which choose, and which report. All texts of a picture are on one side.</summary>
/// <param name="Train">Texts to train with.</param>
/// <param name="Validation">Texts that choose a penalty or the moment to stop.</param>
/// <param name="Test">Texts held out for the report.</param>
internal sealed record PairSplit(int[] Train, int[] Validation, int[] Test)
{
    private const int FewestPictures = 2;
    private const int FewestPairs = 16;

    /// <summary>Shuffles the pictures by the seed and shares them out.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.TooFewPairs"/>.</exception>
    public static PairSplit Of(PairedVectors pairs, AlignmentOptions options)
    {
        var order = Shuffle([.. Enumerable.Range(0, pairs.Pictures)], SplitMix.For(options.Seed, 0));
        var (test, validation) = (
            (int)Math.Round(options.TestShare * order.Length),
            (int)Math.Round(options.ValidationShare * order.Length)
        );
        var sides = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            sides[order[i]] =
                i < test ? 2
                : i < test + validation ? 1
                : 0;
        }

        var texts = Enumerable.Range(0, pairs.PictureOf.Count).ToLookup(text => sides[pairs.PictureOf[text]]);
        var split = new PairSplit([.. texts[0]], [.. texts[1]], [.. texts[2]]);
        return test >= FewestPictures && validation >= FewestPictures && split.Train.Length >= FewestPairs
            ? split
            : throw new SimileException(
                ErrorCode.TooFewPairs,
                $"{pairs.Pictures} pictures with {pairs.PictureOf.Count} texts leave {split.Train.Length} pairs to train with, "
                    + $"{validation} pictures to choose with and {test} to report on; needed are {FewestPairs}, {FewestPictures} and "
                    + $"{FewestPictures}. Give more pairs."
            );
    }

    /// <summary>Shuffles in place (Fisher and Yates).</summary>
    public static int[] Shuffle(int[] items, SplitMix random)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = random.Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }

        return items;
    }
}
