using System.CommandLine;
using Simile.Multimodal;
using Simile.Training.Alignment;

namespace Simile.Cli.Verbs;

/// <summary>The recipe of an alignment on the command line.</summary>
internal sealed class AlignmentRecipeOptions
{
    private static readonly AlignmentOptions Usual = new();
    private readonly Option<AlignmentMethod> _method = VerbOptions.Choice("--method", "How the spaces are brought together", Usual.Method);
    private readonly Option<int?> _dimensions = new("--dimensions") { Description = "Values of a joint vector (cca, contrastive). Default: those of the shorter side, at most 256", HelpName = "N" };
    private readonly Option<double?> _penalty = new("--penalty") { Description = "Penalty of ridge and cca, in mean eigenvalues. Default: the best of five on the validation pictures", HelpName = "X" };
    private readonly Option<int> _hidden = new("--hidden") { Description = "Values of a hidden layer in contrastive heads; 0 for linear ones", HelpName = "N" };
    private readonly Option<int> _epochs = new("--epochs") { Description = "Passes over the pairs, at most (contrastive)", DefaultValueFactory = _ => Usual.MaxEpochs, HelpName = "N" };
    private readonly Option<int> _batch = new("--batch") { Description = "Pairs a step (contrastive)", DefaultValueFactory = _ => Usual.BatchSize, HelpName = "N" };
    private readonly Option<float> _rate = new("--learning-rate") { Description = "Learning rate of Adam (contrastive)", DefaultValueFactory = _ => Usual.LearningRate, HelpName = "X" };
    private readonly Option<double> _testShare = new("--test-share") { Description = "Share of the pictures that is held out for the report", DefaultValueFactory = _ => Usual.TestShare, HelpName = "X" };
    private readonly Option<int> _seed = new("--seed") { Description = "Where the random numbers begin", DefaultValueFactory = _ => Usual.Seed, HelpName = "N" };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads to use", DefaultValueFactory = _ => Usual.Threads, HelpName = "N" };
    private readonly Option<string?> _fusion = new("--fusion") { Description = "Also train a fusion of texts and pictures into the joint space", HelpName = $"{GatedFusion.Method}|{ProjectionFusion.Method}" };

    public AlignmentRecipeOptions(Command verb)
    {
        _fusion.AcceptOnlyFromAmong(GatedFusion.Method, ProjectionFusion.Method);
        foreach (var option in (Option[])[_method, _dimensions, _penalty, _hidden, _epochs, _batch, _rate, _testShare, _seed, _threads, _fusion])
        {
            verb.Options.Add(option);
        }
    }

    public string? Fusion(ParseResult parsed) => parsed.GetValue(_fusion);

    public AlignmentOptions Read(ParseResult parsed) => new()
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
