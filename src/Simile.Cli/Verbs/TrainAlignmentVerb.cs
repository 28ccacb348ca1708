using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Simile.Cli.Output;
using Simile.Families;
using Simile.Hosting;
using Simile.Models;
using Simile.Multimodal;
using Simile.NuGet;
using Simile.Training.Alignment;
using Simile.Training.Output;

namespace Simile.Cli.Verbs;

internal static class TrainAlignmentVerb
{
    private const string Configuration = "config.json";
    private const string OfFusion = ".fusion";

    public static Command Create(Lazy<SimileHost> host)
    {
        var pairs = VerbOptions.Required(
            "--pairs",
            "Lines of picture TAB text; paths are relative to the file's folder, a picture may have several lines",
            "FILE"
        );
        var text = VerbOptions.Named("--text-model", "The model of the texts", "NAME|FOLDER", ModelCatalog.DefaultModel);
        var image = VerbOptions.Required("--image-model", "The model of the pictures", "NAME|FOLDER");
        var output = VerbOptions.Required("--output", "The folder to write", "FOLDER");
        var checkpoint = VerbOptions.Named(
            "--checkpoint",
            "Where the state is kept; a training with the same recipe and data goes on from there. Default: beside the output",
            "FILE"
        );
        var json = VerbOptions.Json();
        var verb = new Command(
            "alignment",
            "Bring a text space and an image space together, out of pairs, and report recall on held-out pictures. The folder is "
                + "then a model (--model FOLDER)"
        )
        {
            pairs,
            text,
            image,
            output,
            checkpoint,
            json,
        };
        var recipe = new AlignmentRecipeOptions(verb);
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                var options = recipe.Read(parsed);
                var lines = ImageTextPair.ReadFile(parsed.GetValue(pairs)!);
                var (folder, state) = (parsed.GetValue(output)!, StateOf(parsed, checkpoint, output));
                string[] inputs =
                [
                    parsed.GetValue(pairs)!,
                    .. lines.Select(line => line.ImagePath).Distinct(StringComparer.Ordinal),
                    .. FilesOf(parsed.GetValue(text)!),
                    .. FilesOf(parsed.GetValue(image)!),
                ];
                string[] ownFiles = [Alignment.FileName, LearnedFusion.FileName, Configuration];
                OutputGuard.RequireTraining(folder, ownFiles, state, inputs);
                OutputGuard.RequireTraining(folder, ownFiles, state + OfFusion, inputs);
                var (ofTexts, ofImages) = (
                    new EmbeddingModelOptions { Needs = Modality.Text, Threads = options.Threads },
                    new EmbeddingModelOptions { Needs = Modality.Image, Threads = options.Threads }
                );
                await using var texts = await host.Value.OpenModelAsync(parsed.GetValue(text)!, ofTexts, cancellationToken);
                await using var images = await host.Value.OpenModelAsync(parsed.GetValue(image)!, ofImages, cancellationToken);
                JoinedModel[] joined =
                [
                    JoinedModel.Of(host.Value, "text", parsed.GetValue(text)!),
                    JoinedModel.Of(host.Value, "image", parsed.GetValue(image)!),
                ];
                var notice = new CutNotice();
                var vectors = await ProgressBar.RunAsync(
                    "Embedding",
                    0,
                    show =>
                        Task.Run(
                            () =>
                                PairedVectors.EmbedAsync(
                                    lines,
                                    notice.Over(texts.Texts!),
                                    images.Images!,
                                    (done, all) => show(done, all),
                                    cancellationToken
                                ),
                            cancellationToken
                        )
                );
                notice.Tell();
                TellLeftOut(vectors);
                using var draft = ModelDraft.Begin(folder);
                var report = await RunAsync(
                    "Aligning",
                    run => AlignmentTraining.Run(vectors, options, Path.Combine(draft.Folder, Alignment.FileName), run),
                    state,
                    cancellationToken
                );
                WriteModel(draft.Folder, joined, report.LogitScale);
                var fused = string.Empty;
                if (recipe.Fusion(parsed) is { } fusion)
                {
                    var alignment = Alignment.Load(draft.Folder);
                    var recall = await RunAsync(
                        "Learning to fuse",
                        run =>
                            LearnedFusionTraining.Run(
                                vectors,
                                options,
                                alignment,
                                fusion,
                                Path.Combine(draft.Folder, LearnedFusion.FileName),
                                run
                            ),
                        state + OfFusion,
                        cancellationToken
                    );
                    fused = string.Create(
                        CultureInfo.InvariantCulture,
                        $"Fusion '{fusion}': {recall:P1} of the held-out texts find their fused pair first"
                    );
                }

                draft.Commit();
                AlignmentRendering.Write(report, folder, parsed.GetValue(json));
                if (fused.Length > 0)
                {
                    Console.Error.WriteLine(fused);
                }

                return 0;
            },
            parsed => Kept(StateOf(parsed, checkpoint, output)) ?? Kept(StateOf(parsed, checkpoint, output) + OfFusion)
        );
    }

    /// <summary>Where a training keeps its state.</summary>
    public static string StateOf(ParseResult parsed, Option<string?> checkpoint, Option<string> output) =>
        parsed.GetValue(checkpoint) ?? Path.TrimEndingDirectorySeparator(parsed.GetValue(output)!) + ".checkpoint";

    /// <summary>What is kept of a training that was stopped.</summary>
    public static string? Kept(string state) =>
        File.Exists(state) ? $"What was learned is kept in {state}; the same command goes on from there." : null;

    // A model may be a name; then it is no folder that an output could be.
    private static string[] FilesOf(string model) => Directory.Exists(model) ? Directory.GetFiles(model) : [];

    // What makes the folder a model: '--model FOLDER' then loads both and the alignment between them.
    private static void WriteModel(string folder, JoinedModel[] joined, double? scale)
    {
        using var stream = File.Create(Path.Combine(folder, Configuration));
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("model_type", ModelManifest.AlignmentType);
        foreach (var model in joined)
        {
            json.WriteString(model.Side + "_model", model.Name);
            if (model.Source is not null)
            {
                json.WriteString(model.Side + "_source", model.Source);
            }
        }

        if (scale is { } learned)
        {
            json.WriteNumber("logit_scale", learned);
        }

        json.WriteEndObject();
    }

    private static Task<T> RunAsync<T>(string title, Func<TrainingRun, T> train, string state, CancellationToken cancellationToken) =>
        ProgressBar.RunAsync(
            title + " (passes)",
            0,
            show =>
                Task.Run(() =>
                {
                    var result = train(new TrainingRun(state, (done, all, _) => show(done, all), cancellationToken));
                    File.Delete(state);
                    return result;
                })
        );

    private static void TellLeftOut(PairedVectors vectors)
    {
        foreach (var (name, error) in vectors.LeftOut.Take(5))
        {
            Console.Error.WriteLine($"Left out: {name} ({error.Message})");
        }

        if (vectors.LeftOut.Count > 5)
        {
            Console.Error.WriteLine($"Left out: {vectors.LeftOut.Count - 5} more");
        }
    }
}

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

/// <summary>One of the models that an alignment joins, as its config.json names it. Read before anything is trained: a folder that cannot
/// be read is no reason to lose what was learned.</summary>
internal sealed record JoinedModel(string Side, string Name, string? Source)
{
    public static JoinedModel Of(SimileHost host, string side, string model)
    {
        var folder = host.Models.Resolve(model);
        // An installed model keeps its name, also where a folder that is called so lies in the current one.
        var isFolder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(model)) == folder.Path;
        // Where the model came in a package, who does not have it is told of that.
        var package = PackageOrigin.Of(folder);
        return new JoinedModel(side, isFolder ? folder.Path : model, package is null ? null : NuGetReference.Prefix + package.Package);
    }
}
