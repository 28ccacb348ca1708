using System.Text.Json;
using Simile.Training.Alignment;
using Simile.Training.Static;

namespace Simile.Training.Tests.Alignment;

/// <summary>Gradients against PyTorch (tests/reference/alignment.py) and against finite differences.</summary>
public class GradientTests
{
    [Fact]
    public void InfoNceAndItsGradientsAreThoseOfPyTorch()
    {
        var entry = AlignmentReference.Load("contrastive");
        var (rows, columns) = (entry.Int("rows"), entry.Int("columns"));
        var (left, right) = (
            AlignmentReference.Matrix(entry.Floats("left"), columns),
            AlignmentReference.Matrix(entry.Floats("right"), columns)
        );
        var (leftGradient, rightGradient) = (new PinnedMatrix(rows, columns), new PinnedMatrix(rows, columns));
        var loss = new ContrastiveLoss(rows, [columns], 1, 1, threads: 2) { Scale = entry.GetProperty("scale").GetSingle() };
        var value = loss.Compute(left, right, [.. Enumerable.Range(0, rows).Select(i => (long)i)], leftGradient, rightGradient);
        Assert.Equal(entry.GetProperty("loss").GetDouble(), value, 1e-5);
        Assert.Equal(entry.GetProperty("scale_gradient").GetDouble(), loss.ScaleGradient, 1e-6);
        AlignmentReference.Close(entry.Doubles("left_gradient"), AlignmentReference.Widened(leftGradient.All), 1e-5);
        AlignmentReference.Close(entry.Doubles("right_gradient"), AlignmentReference.Widened(rightGradient.All), 1e-5);
    }

    [Fact]
    public void GatedFusionAndItsGradientsAreThoseOfPyTorch()
    {
        var entry = AlignmentReference.Load("gated");
        var random = SplitMix.For(1, 1);
        var network = new GatedNetwork(
            entry.Int("text_dimensions"),
            entry.Int("image_dimensions"),
            entry.Int("outputs"),
            ref random,
            threads: 1
        );
        var layers = entry.GetProperty("layers");
        foreach (var parameter in network.Parameters)
        {
            Layer(layers, parameter, string.Empty).CopyTo(parameter.Values.All);
        }

        var fused = new PinnedMatrix(entry.Int("rows"), entry.Int("outputs"));
        network.Forward(
            AlignmentReference.Matrix(entry.Floats("texts"), entry.Int("text_dimensions")),
            AlignmentReference.Matrix(entry.Floats("images"), entry.Int("image_dimensions")),
            fused
        );
        AlignmentReference.Close(entry.Doubles("fused"), AlignmentReference.Widened(fused.All), 1e-5);
        network.Backward(AlignmentReference.Matrix(entry.Floats("target"), entry.Int("outputs")));
        Assert.All(
            network.Parameters,
            parameter =>
                AlignmentReference.Close(
                    AlignmentReference.Widened(Layer(layers, parameter, "_gradient")),
                    AlignmentReference.Widened(parameter.Gradient.All),
                    1e-5
                )
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void GradientsOfHeadsAreThoseOfFiniteDifferences(int hidden)
    {
        var pairs = SyntheticPairs.Noisy(pictures: 40, textsEach: 2, seed: 3);
        var rows = new UnitRows(pairs);
        var options = new AlignmentOptions { Hidden = hidden, Threads = 2 };
        int[] texts = [.. Enumerable.Range(0, 48)];
        var model = new ContrastiveHeads(rows, texts, new HeldOutPairs(rows, texts, 1), 48, 6, options);
        Check(model, texts);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void GradientsOfFusionsAreThoseOfFiniteDifferences(bool gated)
    {
        var pairs = SyntheticPairs.Noisy(pictures: 40, textsEach: 2, seed: 4);
        var rows = new UnitRows(pairs);
        var random = SplitMix.For(2, 2);
        IFusionNetwork network = gated
            ? new GatedNetwork(rows.Texts.Columns, rows.Images.Columns, 6, ref random, 1)
            : new ProjectionNetwork(rows.Texts.Columns, rows.Images.Columns, 6, ref random, 1);
        var targets = new FusionTargets(
            HeldOutPairs.Select(rows.Texts, [.. Enumerable.Range(0, rows.Texts.Rows)]),
            rows.Images,
            [.. Enumerable.Range(0, rows.Texts.Rows)]
        );
        var cut = targets with { Texts = Cut(targets.Texts), Images = Cut(targets.Images) };
        Check(new FusionModel(rows, network, cut, [], 32, 1), [.. Enumerable.Range(0, 32)]);
    }

    private static void Check(IGradientModel model, int[] texts)
    {
        model.Compute(texts);
        var gradients = model.Parameters.Select(parameter => parameter.Gradient.All.ToArray()).ToArray();
        for (var p = 0; p < gradients.Length; p++)
        {
            for (var i = 0; i < gradients[p].Length; i += 1 + (gradients[p].Length / 7))
            {
                var slope = Slope(model, texts, model.Parameters[p], i);
                Assert.Equal(slope, gradients[p][i], 1e-3 + (5e-3 * Math.Abs(slope)));
            }
        }
    }

    private static double Slope(IGradientModel model, int[] texts, Parameter parameter, int index)
    {
        const float Step = 1e-3f;
        var kept = parameter.Values.All[index];
        parameter.Values.All[index] = kept + Step;
        var above = model.Compute(texts);
        parameter.Values.All[index] = kept - Step;
        var below = model.Compute(texts);
        parameter.Values.All[index] = kept;
        return (above - below) / (2 * Step);
    }

    private static PinnedMatrix Cut(PinnedMatrix rows)
    {
        var cut = new PinnedMatrix(rows.Rows, 6);
        for (var i = 0; i < rows.Rows; i++)
        {
            rows.Row(i)[..6].CopyTo(cut.Row(i));
        }

        return cut;
    }

    private static float[] Layer(JsonElement layers, Parameter parameter, string suffix)
    {
        var parts = parameter.Name.Split('.');
        return layers.GetProperty(parts[0]).Floats(parts[1] + suffix);
    }
}
