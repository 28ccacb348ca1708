using Simile.Training.Static;

namespace Simile.Training.Alignment;

/// <summary>
/// Two heads that learn to tell pairs from non-pairs: symmetric InfoNCE over the batch (van den Oord, Li and Vinyals 2018) with a learned
/// temperature, as in CLIP (Radford et al. 2021).
/// </summary>
/// <remarks>The scale (one over the temperature) is learned as its logarithm, starts at 1 / 0.07 and stays below 40, where single-precision
/// exponentials of the farthest pairs would vanish. Texts of one picture are no negatives of each other.</remarks>
internal sealed class ContrastiveHeads : IGradientModel
{
    private const double StartingScale = 1 / 0.07;
    private const double HighestScale = 40;
    private readonly UnitRows _rows;
    private readonly HeldOutPairs _validation;
    private readonly TrainableHead _text;
    private readonly TrainableHead _image;
    private readonly ContrastiveLoss _loss;
    private readonly Parameter _logScale = new("log_scale", 1, 1);

    public ContrastiveHeads(UnitRows rows, int[] train, HeldOutPairs validation, int batch, int dimensions, AlignmentOptions options)
    {
        (_rows, _validation) = (rows, validation);
        var random = SplitMix.For(options.Seed, -1);
        var pictures = Array.ConvertAll(train, text => rows.PictureOf[text]);
        _text = Head("text", rows.Texts, train);
        _image = Head("image", rows.Images, pictures);
        _loss = new ContrastiveLoss(batch, [dimensions], (float)StartingScale, 1, options.Threads);
        _logScale.Values.All[0] = (float)Math.Log(StartingScale);
        Parameters = [.. _text.Parameters, .. _image.Parameters, _logScale];

        TrainableHead Head(string name, PinnedMatrix side, int[] which)
        {
            var mean = UnitRows.MeanOf(side, which);
            return new TrainableHead(name, mean, SpreadOf(side, which, mean), batch, dimensions, options, ref random);
        }
    }

    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>What cosines are multiplied with now.</summary>
    public double Scale => Math.Min(HighestScale, Math.Exp(_logScale.Values.All[0]));

    public double Compute(ReadOnlySpan<int> texts)
    {
        var (pictures, groups) = (new int[texts.Length], new long[texts.Length]);
        for (var i = 0; i < texts.Length; i++)
        {
            groups[i] = pictures[i] = _rows.PictureOf[texts[i]];
        }

        _text.Forward(_rows.Texts, texts);
        _image.Forward(_rows.Images, pictures);
        _loss.Scale = (float)Scale;
        var loss = _loss.Compute(_text.Outputs, _image.Outputs, groups, _text.OutputGradient, _image.OutputGradient);
        _text.Backward();
        _image.Backward();

        // Beyond the limit the loss no longer depends on the logarithm, but a gradient that leads back must count.
        var slope = (float)(_loss.ScaleGradient * Scale);
        _logScale.Gradient.All[0] = _logScale.Values.All[0] > Math.Log(HighestScale) ? Math.Max(0, slope) : slope;
        return loss;
    }

    public double Validate() => _validation.Rank(Export(string.Empty)).MeanReciprocal;

    public HeadPair Export(string note) => new(_text.Export(), _image.Export(), note);

    private static double SpreadOf(PinnedMatrix rows, int[] which, double[] mean)
    {
        var sum = 0.0;
        foreach (var row in which)
        {
            var values = rows.Row(row);
            for (var i = 0; i < values.Length; i++)
            {
                sum += (values[i] - mean[i]) * (values[i] - mean[i]);
            }
        }

        return sum > 0
            ? Math.Sqrt(sum / which.Length / mean.Length)
            : throw new SimileException(
                ErrorCode.TooFewPairs,
                $"The {which.Length} pairs to train with have the same vector on one side. Give pairs that differ."
            );
    }
}
