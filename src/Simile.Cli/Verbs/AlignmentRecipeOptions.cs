using System.CommandLine;
using Simile.Multimodal;
using Simile.Training.Alignment;

namespace Simile.Cli.Verbs;

/// <summary>The recipe of an alignment on the command line.</summary>
internal sealed class AlignmentRecipeOptions
{
    private const int MaxCount = 1_000_000;
    private static readonly AlignmentOptions Usual = new();
    private readonly Option<AlignmentMethod> _method = VerbOptions.Choice("--method", "How the spaces are brought together", Usual.Method);
    private readonly Option<int?> _dimensions = VerbOptions.MaybeNumber(
        "--dimensions",
        "Values of a joint vector (cca, contrastive). Default: those of the shorter side, at most 256",
        1,
        MaxCount
    );
    private readonly Option<double?> _penalty = VerbOptions.MaybeNumber(
        "--penalty",
        "Penalty of ridge and cca, in mean eigenvalues. Default: the best of five on the validation pictures",
        0.0,
        1e12
    );
    private readonly Option<int> _hidden = VerbOptions.Number(
        "--hidden",
        "Values of a hidden layer in contrastive heads; 0 for linear ones",
        Usual.Hidden,
        0,
        MaxCount
    );
    private readonly Option<int> _epochs = VerbOptions.Number(
        "--epochs",
        "Passes over the pairs, at most (contrastive)",
        Usual.MaxEpochs,
        1,
        MaxCount
    );
    private readonly Option<int> _batch = VerbOptions.Number("--batch", "Pairs a step (contrastive)", Usual.BatchSize, 2, MaxCount);
    private readonly Option<float> _rate = VerbOptions.Number(
        "--learning-rate",
        "Learning rate of Adam (contrastive)",
        Usual.LearningRate,
        0f,
        1000f
    );
    private readonly Option<double> _testShare = VerbOptions.Number(
        "--test-share",
        "Share of the pictures that is held out for the report",
        Usual.TestShare,
        0.0,
        1.0
    );
    private readonly Option<int> _seed = VerbOptions.Number("--seed", "Where the random numbers begin", Usual.Seed, 0, int.MaxValue);
    private readonly Option<int> _threads = VerbOptions.Threads(Math.Min(Usual.Threads, VerbOptions.MaxThreads));
    private readonly Option<string?> _fusion = new("--fusion")
    {
        Description = "Also train a fusion of texts and pictures into the joint space",
        HelpName = $"{GatedFusion.Method}|{ProjectionFusion.Method}",
    };

    public AlignmentRecipeOptions(Command verb)
    {
        _fusion.AcceptOnlyFromAmong(GatedFusion.Method, ProjectionFusion.Method);
        foreach (
            var option in (Option[])[_method, _dimensions, _penalty, _hidden, _epochs, _batch, _rate, _testShare, _seed, _threads, _fusion]
        )
        {
            verb.Options.Add(option);
        }
    }

    public string? Fusion(ParseResult parsed) => parsed.GetValue(_fusion);

    public AlignmentOptions Read(ParseResult parsed) =>
        new()
        {
            Method = parsed.GetValue(_method),
            Dimensions = parsed.GetValue(_dimensions),
            Penalty = parsed.GetValue(_penalty),
            Hidden = parsed.GetValue(_hidden),
            MaxEpochs = parsed.GetValue(_epochs),
            BatchSize = parsed.GetValue(_batch),
            LearningRate = parsed.GetValue(_rate),
            TestShare = parsed.GetValue(_testShare),
            Seed = parsed.GetValue(_seed),
            Threads = parsed.GetValue(_threads),
        };
}
