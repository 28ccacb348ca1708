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
