using Simile.Training.Static;

namespace Simile.Training.Alignment;

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
        SideEncoder.Add(_imageGradient.All, _gradient.All, 1);
        SideEncoder.Scale(_gradient.All, 0.5f);
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
