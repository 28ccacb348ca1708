using Simile.Multimodal;
using Simile.Training.Static;

namespace Simile.Training.Alignment;

/// <summary>Trains a learned fusion into the joint space of an alignment, out of the same pairs.</summary>
public static class LearnedFusionTraining
{
    /// <summary>Trains a fusion and writes it.</summary>
    /// <param name="pairs">The pairs' vectors.</param>
    /// <param name="options">Split, batch, passes, seed: the recipe of the alignment.</param>
    /// <param name="alignment">The alignment whose joint space the fused vectors live in.</param>
    /// <param name="method"><see cref="GatedFusion.Method"/> or <see cref="ProjectionFusion.Method"/>.</param>
    /// <param name="path">The file to write, see <see cref="LearnedFusion"/>.</param>
    /// <param name="run">Checkpoint, progress and cancellation, or null for none.</param>
    /// <returns>The share of the held-out texts that find, first of all, the fused vector of their picture and another of its
    /// texts.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>, <see cref="ErrorCode.TooFewPairs"/>,
    /// <see cref="ErrorCode.SpaceMismatch"/>, <see cref="ErrorCode.CheckpointMismatch"/>.</exception>
    public static double Run(
        PairedVectors pairs,
        AlignmentOptions options,
        Multimodal.Alignment alignment,
        string method,
        string path,
        TrainingRun? run = null
    )
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(alignment);
        alignment.TextHead.Source.EnsureSame(pairs.TextSpace);
        alignment.ImageHead.Source.EnsureSame(pairs.ImageSpace);
        var split = PairSplit.Of(pairs, options.Checked());
        var rows = new UnitRows(pairs);
        var network = NetworkOf(method, rows, alignment.Space.Dimensions, options);
        var model = new FusionModel(
            rows,
            network,
            FusionTargets.Of(pairs, alignment),
            split.Validation,
            GradientTraining.BatchOf(split.Train.Length, options),
            options.Threads
        );
        (run ?? new TrainingRun()).Finish(
            new GradientTraining(model, split.Train, options),
            AlignmentTraining.FingerprintOf(pairs, options, $"{method} into {alignment.Space}"),
            options.MaxEpochs
        );
        LearnedFusion.Save(path, method, pairs.TextSpace, pairs.ImageSpace, alignment.Space, network.Export());
        return model.Rank(split.Test).OfTexts.Average(rank => rank == 1 ? 1.0 : 0);
    }

    private static IFusionNetwork NetworkOf(string method, UnitRows rows, int outputs, AlignmentOptions options)
    {
        var random = SplitMix.For(options.Seed, -2);
        return method switch
        {
            GatedFusion.Method => new GatedNetwork(rows.Texts.Columns, rows.Images.Columns, outputs, ref random, options.Threads),
            ProjectionFusion.Method => new ProjectionNetwork(rows.Texts.Columns, rows.Images.Columns, outputs, ref random, options.Threads),
            _ => throw new SimileException(
                ErrorCode.InvalidOption,
                $"There is no learned fusion '{method}'; {GatedFusion.Method} and {ProjectionFusion.Method} are known."
            ),
        };
    }
}

/// <summary>Trains a fusion towards an alignment's joint space: the fused vector of a text and its picture must be told among the others
/// both by a text and by the picture.</summary>
/// <remarks>
/// Loss: ½ (InfoNCE(f, t') + InfoNCE(f, i)) over the batch, with t' the aligned vector of another text of the same picture (the same one
/// where there is no other) and i the aligned picture; both stay as they are. So a fused document is found by texts and by pictures.
/// </remarks>
internal sealed class FusionModel : IGradientModel
{
    private const float Scale = 20;
    private readonly UnitRows _rows;
    private readonly IFusionNetwork _network;
    private readonly FusionTargets _targets;
    private readonly int[] _validation;
    private readonly int _threads;
    private readonly ContrastiveLoss _loss;
    private readonly PinnedMatrix _fused;
    private readonly PinnedMatrix _gradient;
    private readonly PinnedMatrix _imageGradient;
    private readonly PinnedMatrix _unused;

    public FusionModel(UnitRows rows, IFusionNetwork network, FusionTargets targets, int[] validation, int batch, int threads)
    {
        (_rows, _network, _targets, _validation, _threads) = (rows, network, targets, validation, threads);
        var outputs = targets.Texts.Columns;
        _loss = new ContrastiveLoss(batch, [outputs], Scale, 1, threads);
        (_fused, _gradient, _imageGradient, _unused) = (new(batch, outputs), new(batch, outputs), new(batch, outputs), new(batch, outputs));
        Parameters = [.. network.Parameters];
    }

    public IReadOnlyList<Parameter> Parameters { get; }

    public double Compute(ReadOnlySpan<int> texts)
    {
        int[] which = [.. texts];
        var pictures = Array.ConvertAll(which, text => _rows.PictureOf[text]);
        var groups = Array.ConvertAll(pictures, picture => (long)picture);
        _network.Forward(HeldOutPairs.Select(_rows.Texts, which), HeldOutPairs.Select(_rows.Images, pictures), _fused);
        var loss = _loss.Compute(
            _fused,
            HeldOutPairs.Select(_targets.Texts, Array.ConvertAll(which, text => _targets.OtherText[text])),
            groups,
            _gradient,
            _unused
        );
        loss += _loss.Compute(_fused, HeldOutPairs.Select(_targets.Images, pictures), groups, _imageGradient, _unused);
        MeanPooler.Add(_imageGradient.All, _gradient.All, 1);
        MeanPooler.Scale(_gradient.All, 0.5f);
        _network.Backward(_gradient);
        return loss / 2;
    }

    public double Validate() => Rank(_validation).MeanReciprocal;

    /// <summary>Places of fused pairs among all, searched by the texts and pictures that they were trained towards.</summary>
    /// <param name="texts">Texts, each with its picture; one of each picture is fused.</param>
    public PairRanks Rank(int[] texts)
    {
        int[] firsts = [.. texts.DistinctBy(text => _rows.PictureOf[text])];
        var places = firsts.Select((text, i) => (_rows.PictureOf[text], i)).ToDictionary(entry => entry.Item1, entry => entry.i);
        var fused = new PinnedMatrix(firsts.Length, _fused.Columns);
        _network.Forward(
            HeldOutPairs.Select(_rows.Texts, firsts),
            HeldOutPairs.Select(_rows.Images, Array.ConvertAll(firsts, text => _rows.PictureOf[text])),
            fused
        );
        for (var i = 0; i < fused.Rows; i++)
        {
            Vectors.UnitLength.TryNormalize(fused.Row(i));
        }

        return PairRanks.Of(
            HeldOutPairs.Select(_targets.Texts, Array.ConvertAll(texts, text => _targets.OtherText[text])),
            fused,
            Array.ConvertAll(texts, text => places[_rows.PictureOf[text]]),
            _threads
        );
    }
}

/// <summary>Where fused vectors should lie: the aligned texts and pictures.</summary>
/// <param name="Texts">Aligned texts, (T, K).</param>
/// <param name="Images">Aligned pictures, (P, K).</param>
/// <param name="OtherText">For each text the next one of the same picture; itself where it is the only one, (T).</param>
internal sealed record FusionTargets(PinnedMatrix Texts, PinnedMatrix Images, int[] OtherText)
{
    public static FusionTargets Of(PairedVectors pairs, Multimodal.Alignment alignment)
    {
        var others = new int[pairs.PictureOf.Count];
        foreach (var group in Enumerable.Range(0, others.Length).GroupBy(text => pairs.PictureOf[text]))
        {
            int[] texts = [.. group];
            for (var i = 0; i < texts.Length; i++)
            {
                others[texts[i]] = texts[(i + 1) % texts.Length];
            }
        }

        return new FusionTargets(Map(pairs.Texts.Span, alignment.TextHead), Map(pairs.Images.Span, alignment.ImageHead), others);
    }

    private static PinnedMatrix Map(ReadOnlySpan<float> vectors, AlignmentHead head)
    {
        var dimensions = head.Source.Dimensions;
        var mapped = new PinnedMatrix(vectors.Length / dimensions, head.Joint.Dimensions);
        for (var i = 0; i < mapped.Rows; i++)
        {
            head.Map(vectors.Slice(i * dimensions, dimensions), mapped.Row(i));
        }

        return mapped;
    }
}

/// <summary>A fusion in training: rows of both parts in, fused rows out, and back.</summary>
internal interface IFusionNetwork
{
    /// <summary>What is learned.</summary>
    IEnumerable<Parameter> Parameters { get; }

    /// <summary>Fuses rows of unit length, (B, D_text) and (B, D_image) → (B, K), before the last normalization.</summary>
    void Forward(PinnedMatrix texts, PinnedMatrix images, PinnedMatrix fused);

    /// <summary>The parameters' gradients, out of that of the fused rows of the last <see cref="Forward"/>.</summary>
    void Backward(PinnedMatrix fusedGradient);

    /// <summary>The layers by the names that <see cref="LearnedFusion"/> gives them.</summary>
    IReadOnlyDictionary<string, LinearMap> Export();
}

/// <summary>The gated multimodal unit, see <see cref="GatedFusion"/>: f = z ⊙ h_t + (1 − z) ⊙ h_i.</summary>
internal sealed class GatedNetwork : IFusionNetwork
{
    private readonly LinearLayer _text;
    private readonly LinearLayer _image;
    private readonly LinearLayer _gate;
    private (PinnedMatrix Texts, PinnedMatrix Images, PinnedMatrix Both, PinnedMatrix Text, PinnedMatrix Image, PinnedMatrix Gate)? _seen;

    public GatedNetwork(int texts, int images, int outputs, ref SplitMix random, int threads)
    {
        _text = new LinearLayer("text", texts, outputs, ref random, threads);
        _image = new LinearLayer("image", images, outputs, ref random, threads);
        _gate = new LinearLayer("gate", texts + images, outputs, ref random, threads);
    }

    public IEnumerable<Parameter> Parameters => [.. _text.Parameters, .. _image.Parameters, .. _gate.Parameters];

    public void Forward(PinnedMatrix texts, PinnedMatrix images, PinnedMatrix fused)
    {
        var (text, image, gate) = (
            new PinnedMatrix(fused.Rows, fused.Columns),
            new PinnedMatrix(fused.Rows, fused.Columns),
            new PinnedMatrix(fused.Rows, fused.Columns)
        );
        var both = ProjectionNetwork.Concatenate(texts, images);
        _text.Forward(texts, text);
        _image.Forward(images, image);
        _gate.Forward(both, gate);
        for (var i = 0; i < fused.All.Length; i++)
        {
            (text.All[i], image.All[i], gate.All[i]) = (
                MathF.Tanh(text.All[i]),
                MathF.Tanh(image.All[i]),
                1 / (1 + MathF.Exp(-gate.All[i]))
            );
            fused.All[i] = (gate.All[i] * text.All[i]) + ((1 - gate.All[i]) * image.All[i]);
        }

        _seen = (texts, images, both, text, image, gate);
    }

    public void Backward(PinnedMatrix fusedGradient)
    {
        var (texts, images, both, text, image, gate) = _seen ?? throw new InvalidOperationException("Nothing has gone forward yet.");
        for (var i = 0; i < fusedGradient.All.Length; i++)
        {
            var (g, h, v, z) = (fusedGradient.All[i], text.All[i], image.All[i], gate.All[i]);
            text.All[i] = g * z * (1 - (h * h));
            image.All[i] = g * (1 - z) * (1 - (v * v));
            gate.All[i] = g * (h - v) * z * (1 - z);
        }

        _text.Backward(texts, text, null);
        _image.Backward(images, image, null);
        _gate.Backward(both, gate, null);
    }

    public IReadOnlyDictionary<string, LinearMap> Export() =>
        new Dictionary<string, LinearMap>(StringComparer.Ordinal)
        {
            ["text"] = _text.Export(),
            ["image"] = _image.Export(),
            ["gate"] = _gate.Export(),
        };
}

/// <summary>f = W · [t̂ ; î] + b, see <see cref="ProjectionFusion"/>.</summary>
internal sealed class ProjectionNetwork : IFusionNetwork
{
    private readonly LinearLayer _layer;
    private PinnedMatrix _both = new(0, 0);

    public ProjectionNetwork(int texts, int images, int outputs, ref SplitMix random, int threads) =>
        _layer = new LinearLayer("projection", texts + images, outputs, ref random, threads);

    public IEnumerable<Parameter> Parameters => _layer.Parameters;

    /// <summary>[t̂ ; î] row by row.</summary>
    public static PinnedMatrix Concatenate(PinnedMatrix texts, PinnedMatrix images)
    {
        var both = new PinnedMatrix(texts.Rows, texts.Columns + images.Columns);
        for (var i = 0; i < both.Rows; i++)
        {
            texts.Row(i).CopyTo(both.Row(i));
            images.Row(i).CopyTo(both.Row(i)[texts.Columns..]);
        }

        return both;
    }

    public void Forward(PinnedMatrix texts, PinnedMatrix images, PinnedMatrix fused)
    {
        _both = Concatenate(texts, images);
        _layer.Forward(_both, fused);
    }

    public void Backward(PinnedMatrix fusedGradient) => _layer.Backward(_both, fusedGradient, null);

    public IReadOnlyDictionary<string, LinearMap> Export() =>
        new Dictionary<string, LinearMap>(StringComparer.Ordinal) { ["projection"] = _layer.Export() };
}
