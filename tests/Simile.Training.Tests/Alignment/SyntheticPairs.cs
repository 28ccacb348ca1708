using Simile.Training.Alignment;
using Simile.Training.Static;

namespace Simile.Training.Tests.Alignment;

/// <summary>Paired spaces that the tests draw: both sides see the same hidden causes through maps of their own.</summary>
internal static class SyntheticPairs
{
    private const int Causes = 8;

    /// <summary>Texts (24 values) and pictures (16 values) of common causes, each with noise of its own and an offset.</summary>
    public static PairedVectors Noisy(int pictures, int textsEach, int seed, float noise = 0.15f)
    {
        var random = SplitMix.For(seed, 77);
        var (textMap, imageMap) = (Draw(ref random, 24 * Causes), Draw(ref random, 16 * Causes));
        var (texts, images, pictureOf) = (new List<float>(), new List<float>(), new List<int>());
        for (var picture = 0; picture < pictures; picture++)
        {
            var causes = Draw(ref random, Causes);
            images.AddRange(See(imageMap, causes, 16, noise, -1, ref random));
            for (var text = 0; text < textsEach; text++)
            {
                texts.AddRange(See(textMap, causes, 24, noise, 2, ref random));
                pictureOf.Add(picture);
            }
        }

        return AlignmentReference.Pairs([.. texts], 24, [.. images], 16, [.. pictureOf]);
    }

    /// <summary>Random vectors and their images under a known map with orthonormal columns, (D_image, D_text).</summary>
    public static (PairedVectors Pairs, float[][] Map) Mapped(int count, int textDimensions, int imageDimensions)
    {
        var random = SplitMix.For(5, 78);
        var columns = new List<float[]>();
        while (columns.Count < textDimensions)
        {
            var column = Draw(ref random, imageDimensions);
            foreach (var other in columns)
            {
                var dot = Dot(column, other);
                column = [.. column.Zip(other, (a, b) => a - (dot * b))];
            }

            var length = MathF.Sqrt(Dot(column, column));
            columns.Add(Array.ConvertAll(column, value => value / length));
        }

        var texts = Draw(ref random, count * textDimensions);
        var images = texts
            .Chunk(textDimensions)
            .SelectMany(text => Enumerable.Range(0, imageDimensions).Select(i => text.Select((value, j) => value * columns[j][i]).Sum()));
        return (AlignmentReference.Pairs(texts, textDimensions, [.. images], imageDimensions), [.. columns]);
    }

    public static float[] Draw(ref SplitMix random, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = random.Normal();
        }

        return values;
    }

    private static float[] See(float[] map, float[] causes, int dimensions, float noise, float offset, ref SplitMix random)
    {
        var seen = new float[dimensions];
        for (var i = 0; i < dimensions; i++)
        {
            seen[i] = Dot(map[(i * Causes)..((i + 1) * Causes)], causes) + (noise * random.Normal()) + offset;
        }

        return seen;
    }

    private static float Dot(float[] a, float[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
