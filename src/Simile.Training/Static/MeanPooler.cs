using System.Numerics;
using System.Runtime.InteropServices;
using Simile.Tokenization;
using Simile.Training.Corpora;

namespace Simile.Training.Static;

/// <summary>The model's forward pass and its gradient: a text (T tokens) is the mean of its tokens' rows, (T, D) → (D).</summary>
internal sealed class MeanPooler(PinnedMatrix table, int threads)
{
    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = threads };

    /// <summary>Writes the mean of each text's rows into <paramref name="vectors"/> (B, D).</summary>
    public void Encode(TextBatch side, PinnedMatrix vectors) =>
        Parallel.For(
            0,
            side.Count,
            _parallel,
            text =>
            {
                var row = vectors.Row(text);
                row.Clear();
                var tokens = side[text];
                foreach (var token in tokens)
                {
                    Add(table.Row(token), row, 1);
                }

                Scale(row, 1f / tokens.Length);
            }
        );

    /// <summary>target += factor · source.</summary>
    public static void Add(ReadOnlySpan<float> source, Span<float> target, float factor)
    {
        var width = Vector<float>.Count;
        var scale = new Vector<float>(factor);
        for (var i = 0; i <= target.Length - width; i += width)
        {
            Vector.MultiplyAddEstimate(new Vector<float>(source[i..]), scale, new Vector<float>(target[i..])).CopyTo(target[i..]);
        }

        for (var i = target.Length - (target.Length % width); i < target.Length; i++)
        {
            target[i] += factor * source[i];
        }
    }

    /// <summary>values *= factor.</summary>
    public static void Scale(Span<float> values, float factor)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] *= factor;
        }
    }
}
