using Simile.Training.Static;
using Simile.Vectors;

namespace Simile.Training.Alignment;

/// <summary>Some texts and all their pictures, cut out of the whole: what is chosen with, or reported on.</summary>
internal sealed class HeldOutPairs
{
    private readonly int _threads;

    public HeldOutPairs(UnitRows rows, int[] texts, int threads)
    {
        var pictures = texts.Select(text => rows.PictureOf[text]).Distinct().Order().ToArray();
        var places = pictures.Select((picture, i) => (picture, i)).ToDictionary(entry => entry.picture, entry => entry.i);
        (Texts, Images) = (Select(rows.Texts, texts), Select(rows.Images, pictures));
        PictureOf = Array.ConvertAll(texts, text => places[rows.PictureOf[text]]);
        _threads = threads;
    }

    /// <summary>(T, D_text), unit length.</summary>
    public PinnedMatrix Texts { get; }

    /// <summary>(P, D_image), unit length.</summary>
    public PinnedMatrix Images { get; }

    /// <summary>For each text the row of its picture, (T).</summary>
    public int[] PictureOf { get; }

    /// <summary>Ranks in the joint space of two heads.</summary>
    public PairRanks Rank(HeadPair heads) => Rank(HeadPair.Run(heads.Text, Texts, _threads), HeadPair.Run(heads.Image, Images, _threads));

    /// <summary>Ranks of vectors in one space, which are brought to unit length in place.</summary>
    public PairRanks Rank(PinnedMatrix texts, PinnedMatrix images) =>
        PairRanks.Of(Normalize(texts), Normalize(images), PictureOf, _threads);

    /// <summary>The report of two heads.</summary>
    public RetrievalReport Report(HeadPair heads, AlignmentOptions options) =>
        Report(HeadPair.Run(heads.Text, Texts, _threads), HeadPair.Run(heads.Image, Images, _threads), options);

    /// <summary>The report of the vectors as they are; the shorter side is padded with zeros.</summary>
    public RetrievalReport ReportRaw(AlignmentOptions options)
    {
        var columns = Math.Max(Texts.Columns, Images.Columns);
        return Report(Pad(Texts, columns), Pad(Images, columns), options);
    }

    /// <summary>Rows of a matrix, copied.</summary>
    public static PinnedMatrix Select(PinnedMatrix rows, ReadOnlySpan<int> which)
    {
        var selected = new PinnedMatrix(which.Length, rows.Columns);
        Gather(rows, which, selected);
        return selected;
    }

    /// <summary>Copies rows of a matrix.</summary>
    public static void Gather(PinnedMatrix rows, ReadOnlySpan<int> which, PinnedMatrix target)
    {
        for (var i = 0; i < which.Length; i++)
        {
            rows.Row(which[i]).CopyTo(target.Row(i));
        }
    }

    private RetrievalReport Report(PinnedMatrix texts, PinnedMatrix images, AlignmentOptions options)
    {
        var ranks = Rank(texts, images);
        var (text, image) = (MeanOf(texts), MeanOf(images));
        return RecallMeasure.Of(ranks, PictureOf, Math.Sqrt(text.Zip(image, (a, b) => (a - b) * (a - b)).Sum()), options);
    }

    private static double[] MeanOf(PinnedMatrix rows) => UnitRows.MeanOf(rows, [.. Enumerable.Range(0, rows.Rows)]);

    private static PinnedMatrix Pad(PinnedMatrix rows, int columns)
    {
        var padded = new PinnedMatrix(rows.Rows, columns);
        for (var i = 0; i < rows.Rows; i++)
        {
            rows.Row(i).CopyTo(padded.Row(i));
        }

        return padded;
    }

    private static PinnedMatrix Normalize(PinnedMatrix rows)
    {
        for (var i = 0; i < rows.Rows; i++)
        {
            UnitLength.TryNormalize(rows.Row(i));
        }

        return rows;
    }
}

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

/// <summary>Both sides' vectors at unit length, as alignment heads see them.</summary>
internal sealed class UnitRows
{
    public UnitRows(PairedVectors pairs)
    {
        Texts = Of(pairs.Texts.Span, pairs.TextSpace.Dimensions);
        Images = Of(pairs.Images.Span, pairs.ImageSpace.Dimensions);
        PictureOf = [.. pairs.PictureOf];
    }

    /// <summary>(T, D_text).</summary>
    public PinnedMatrix Texts { get; }

    /// <summary>(P, D_image).</summary>
    public PinnedMatrix Images { get; }

    /// <summary>For each text its picture, (T).</summary>
    public int[] PictureOf { get; }

    /// <summary>The mean of some rows, in double precision.</summary>
    public static double[] MeanOf(PinnedMatrix rows, IReadOnlyCollection<int> which)
    {
        var mean = new double[rows.Columns];
        foreach (var row in which)
        {
            var values = rows.Row(row);
            for (var i = 0; i < mean.Length; i++)
            {
                mean[i] += values[i];
            }
        }

        return Array.ConvertAll(mean, sum => sum / which.Count);
    }

    private static PinnedMatrix Of(ReadOnlySpan<float> values, int dimensions)
    {
        var rows = new PinnedMatrix(values.Length / dimensions, dimensions);
        values.CopyTo(rows.All);
        for (var i = 0; i < rows.Rows; i++)
        {
            UnitLength.Normalize(rows.Row(i));
        }

        return rows;
    }
}
