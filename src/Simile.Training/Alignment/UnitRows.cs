using Simile.Training.Static;
using Simile.Vectors;

namespace Simile.Training.Alignment;

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
