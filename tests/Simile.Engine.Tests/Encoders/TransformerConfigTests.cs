using Simile.Engine.Functions;
using Simile.Engine.Products;
using Simile.Engine.Threads;
using Simile.Engine.Transformers;

namespace Simile.Engine.Tests.Encoders;

/// <summary>Layers of every shape against their formula in 64-bit floats: grouped queries, heads of any size, norms of heads and of
/// branches, both kinds of norms, windows, scales.</summary>
public class EncoderShapeTests
{
    private const int Hidden = 24;
    private const int Intermediate = 36;
    private const int Tokens = 45;

    public static TheoryData<int, int, int, string> Shapes =>
        new()
        {
            { 4, 4, 8, "scale" },
            { 4, 2, 8, "rotary" },
            { 6, 1, 4, "causal" },
            { 4, 2, 12, "head norms, rotary, causal" },
            { 2, 1, 20, "head norms, output norms, rotary, window" },
            { 3, 3, 8, "output norms, centered" },
        };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ALayerIsThatOfTheFormula(int heads, int keyValueHeads, int headSize, string traits)
    {
        var random = new Random(heads + headSize);
        var shape = new TransformerConfig
        {
            Hidden = Hidden,
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadSize = headSize,
            Intermediate = Intermediate,
            Activation = ActivationKind.Silu,
            Gated = true,
            Norm = NormPlacement.Before,
            NormKind = traits.Contains("centered", StringComparison.Ordinal) ? NormKind.Layer : NormKind.RootMeanSquare,
            Causal = traits.Contains("causal", StringComparison.Ordinal),
            Epsilon = 1e-6f,
            Positions = 64,
            AttentionScale = traits.Contains("scale", StringComparison.Ordinal) ? 0.2f : 0,
        };
        LayerWeights[] layers = [Layer(shape, traits, random), Layer(shape, traits, random)];
        var finalNorm = Norm(Hidden, random);
        var input = Values(Tokens * Hidden, random);
        var expected = Formula(shape, layers, finalNorm, input);
        foreach (var level in Enum.GetValues<InstructionLevel>())
        {
            Compare(
                expected,
                Forward(shape with { Compute = new ComputeOptions { Level = level } }, layers, finalNorm, input, threads: 1),
                2e-5
            );
            Compare(
                expected,
                Forward(shape with { Compute = new ComputeOptions { Level = level } }, layers, finalNorm, input, threads: 2),
                2e-5
            );
            Compare(
                expected,
                Forward(
                    shape with
                    {
                        Compute = new ComputeOptions { Level = level, Precision = ComputePrecision.BFloat16 },
                    },
                    layers,
                    finalNorm,
                    input,
                    threads: 2
                ),
                0.15
            );
        }
    }

    private static LayerWeights Layer(TransformerConfig shape, string traits, Random random)
    {
        var (width, rows) = (shape.Heads * shape.HeadSize, (shape.Heads + (2 * shape.KeyValueHeads)) * shape.HeadSize);
        var norms = traits.Contains("head norms", StringComparison.Ordinal);
        var outputs = traits.Contains("output norms", StringComparison.Ordinal);
        return new LayerWeights
        {
            QueryKeyValue = Values(rows * Hidden, random),
            QueryKeyValueBias = Values(rows, random),
            Output = Values(Hidden * width, random),
            FeedForwardIn = Values(2 * Intermediate * Hidden, random),
            FeedForwardOut = Values(Hidden * Intermediate, random),
            AttentionNorm = Norm(Hidden, random),
            FeedForwardNorm = Norm(Hidden, random),
            AttentionOutputNorm = outputs ? Norm(Hidden, random) : null,
            FeedForwardOutputNorm = outputs ? Norm(Hidden, random) : null,
            QueryNorm = norms ? Norm(shape.HeadSize, random) : null,
            KeyNorm = norms ? Norm(shape.HeadSize, random) : null,
            RotaryTheta = traits.Contains("rotary", StringComparison.Ordinal) ? 10000 : null,
            Window = traits.Contains("window", StringComparison.Ordinal) ? 9 : 0,
        };
    }

    private static float[] Forward(TransformerConfig shape, LayerWeights[] layers, NormWeights finalNorm, float[] input, int threads)
    {
        using var encoder = new Transformer(new TransformerWeights(shape, Embedding: null, finalNorm, Relative: null), layers);
        using var team = new WorkerTeam(threads);
        using var pass = encoder.Rent();
        // Two sequences: 32 and 13 tokens.
        pass.Forward(new InputRows(input), [0, 32, Tokens], team);
        return [.. Enumerable.Range(0, Tokens).SelectMany(token => pass.State(token).ToArray())];
    }

    private static double[] Formula(TransformerConfig shape, LayerWeights[] layers, NormWeights finalNorm, float[] input)
    {
        var states = Enumerable
            .Range(0, Tokens)
            .Select(token => input.Skip(token * Hidden).Take(Hidden).Select(value => (double)value).ToArray())
            .ToArray();
        foreach (var layer in layers)
        {
            var projected = states
                .Select(state => Linear(Normalize(shape, layer.AttentionNorm!, state), layer.QueryKeyValue, layer.QueryKeyValueBias))
                .ToArray();
            var contexts = Attend(shape, layer, projected, 0, 32).Concat(Attend(shape, layer, projected, 32, Tokens)).ToArray();
            for (var token = 0; token < Tokens; token++)
            {
                Add(states[token], Branch(shape, layer.AttentionOutputNorm, Linear(contexts[token], layer.Output, bias: null)));
                var both = Linear(Normalize(shape, layer.FeedForwardNorm, states[token]), layer.FeedForwardIn, bias: null);
                var gated = Enumerable
                    .Range(0, Intermediate)
                    .Select(i => both[i] / (1 + Math.Exp(-both[i])) * both[Intermediate + i])
                    .ToArray();
                Add(states[token], Branch(shape, layer.FeedForwardOutputNorm, Linear(gated, layer.FeedForwardOut, bias: null)));
            }
        }

        return [.. states.SelectMany(state => Normalize(shape, finalNorm, state))];
    }

    private static IEnumerable<double[]> Attend(TransformerConfig shape, LayerWeights layer, double[][] projected, int start, int end)
    {
        var (d, width) = (shape.HeadSize, shape.Heads * shape.HeadSize);
        var scale = shape.AttentionScale == 0 ? 1 / Math.Sqrt(d) : shape.AttentionScale;
        for (var token = start; token < end; token++)
        {
            var context = new double[width];
            for (var head = 0; head < shape.Heads; head++)
            {
                var group = head * shape.KeyValueHeads / shape.Heads;
                var query = Head(shape, layer.QueryNorm, layer, projected[token], head * d, token - start);
                var seen = Enumerable
                    .Range(start, end - start)
                    .Where(key => (!shape.Causal || key <= token) && (layer.Window == 0 || Math.Abs(key - token) <= layer.Window))
                    .ToArray();
                var scores = Array.ConvertAll(
                    seen,
                    key => Dot(query, Head(shape, layer.KeyNorm, layer, projected[key], width + (group * d), key - start)) * scale
                );
                var weights = Array.ConvertAll(scores, score => Math.Exp(score - scores.Max()));
                for (var i = 0; i < d; i++)
                {
                    context[(head * d) + i] =
                        seen.Select((key, n) => weights[n] * projected[key][width + ((shape.KeyValueHeads + group) * d) + i]).Sum()
                        / weights.Sum();
                }
            }

            yield return context;
        }
    }

    private static double[] Head(
        TransformerConfig shape,
        NormWeights? norm,
        LayerWeights layer,
        double[] projected,
        int first,
        int position
    )
    {
        var head = projected[first..(first + shape.HeadSize)];
        head = norm is null ? head : Normalize(shape, norm, head);
        if (layer.RotaryTheta is not { } theta)
        {
            return head;
        }

        var half = shape.HeadSize / 2;
        return
        [
            .. Enumerable
                .Range(0, shape.HeadSize)
                .Select(i =>
                {
                    var angle = position * Math.Pow(theta, -2.0 * (i % half) / shape.HeadSize);
                    return (head[i] * Math.Cos(angle)) + ((i < half ? -head[i + half] : head[i - half]) * Math.Sin(angle));
                }),
        ];
    }

    private static double[] Branch(TransformerConfig shape, NormWeights? norm, double[] values) =>
        norm is null ? values : Normalize(shape, norm, values);

    private static double[] Normalize(TransformerConfig shape, NormWeights norm, double[] values)
    {
        var mean = shape.NormKind == NormKind.Layer ? values.Average() : 0;
        var scale = 1 / Math.Sqrt(values.Average(value => (value - mean) * (value - mean)) + shape.Epsilon);
        return [.. values.Select((value, i) => (value - mean) * scale * norm.Weight[i])];
    }

    private static double[] Linear(double[] values, float[] matrix, float[]? bias) =>
        [
            .. Enumerable
                .Range(0, matrix.Length / values.Length)
                .Select(row => values.Select((value, i) => value * matrix[(row * values.Length) + i]).Sum() + (bias?[row] ?? 0)),
        ];

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static void Add(double[] target, double[] values)
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] += values[i];
        }
    }

    private static NormWeights Norm(int size, Random random) =>
        new([.. Enumerable.Range(0, size).Select(_ => 0.5f + random.NextSingle())], Bias: null);

    private static float[] Values(int count, Random random) =>
        [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 0.8f)];

    private static void Compare(double[] expected, float[] actual, double tolerance) =>
        Assert.All(
            expected.Zip(actual),
            pair =>
                Assert.True(
                    Math.Abs(pair.First - pair.Second) <= tolerance * Math.Max(1, Math.Abs(pair.First)),
                    $"{pair.First} against {pair.Second}"
                )
        );

    private sealed class InputRows(float[] values) : IInputRows
    {
        public void Write(int row, Span<float> target) => values.AsSpan(row * target.Length, target.Length).CopyTo(target);
    }
}
