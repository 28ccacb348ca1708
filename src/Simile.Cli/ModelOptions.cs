using System.CommandLine;
using Simile.Cli.Output;
using Simile.Engine.Products;
using Simile.Hosting;
using Simile.Images;
using Simile.Models;
using Simile.Search;
using Simile.Text;

namespace Simile.Cli;

/// <summary>The options of every verb that uses a model.</summary>
internal sealed class ModelOptions
{
    private const string ModelName = "model";
    private const string ImageModelName = "image-model";
    private const string EngineName = "engine";
    private readonly Option<string> _model = VerbOptions.Named(
        "--model",
        "Name of an installed model, a model folder, or a model pulled from the hub",
        "NAME|FOLDER|org/name[@revision]",
        ModelCatalog.DefaultModel
    );

    private readonly Option<int> _threads = VerbOptions.Threads(Math.Min(Environment.ProcessorCount, VerbOptions.MaxThreads));
    private readonly Option<ComputePrecision> _compute = VerbOptions.Choice(
        "--compute",
        "Arithmetic of a transformer's products; static models know float32 only",
        ComputePrecision.Float32
    );

    private readonly EngineOption _engine;
    private readonly Option<string?> _imageModel = VerbOptions.Named(
        "--image-model",
        "The model for pictures, where --model embeds texts only; default: the installed one that shares its space",
        "NAME|FOLDER"
    );

    public ModelOptions(Command verb, bool takesPictures = false)
    {
        _model.DefaultValueFactory = _ => UserSettings.OfThisMachine().Default.Name;
        if (takesPictures)
        {
            verb.Options.Add(_imageModel);
        }

        verb.Options.Add(_model);
        verb.Options.Add(_threads);
        verb.Options.Add(_compute);
        _engine = new EngineOption(verb);
    }

    public string Model(ParseResult parsed) => parsed.GetValue(_model)!;

    public int Threads(ParseResult parsed) => parsed.GetValue(_threads);

    public ComputePrecision Compute(ParseResult parsed) => parsed.GetValue(_compute);

    /// <summary>The arithmetic by a name: that of Simile's own engine, or whose it is.</summary>
    public string Arithmetic(ParseResult parsed) =>
        _engine.IsGiven(parsed) && EngineOption.Open(_engine.Name(parsed)) is { } engine
            ? engine.Name
            : Compute(parsed).ToString().ToLowerInvariant();

    /// <summary>The engine that the user named; null for Simile's own.</summary>
    public InferenceEngine? Engine(ParseResult parsed) => EngineOption.Open(_engine.Name(parsed));

    /// <summary>Whether the user named a model.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetResult(_model) is { Implicit: false };

    /// <summary>Lets an index remember the model that it is made with.</summary>
    public async Task RememberAsync(ParseResult parsed, IChunkStore index, CancellationToken cancellationToken)
    {
        if (await RememberedAsync(parsed, index, cancellationToken) is null)
        {
            await index.SetPropertyAsync(ModelName, NameOf(Model(parsed)), cancellationToken);
            await index.SetPropertyAsync(ImageModelName, NameOf(parsed.GetValue(_imageModel) ?? string.Empty), cancellationToken);
            await index.SetPropertyAsync(EngineName, _engine.Name(parsed), cancellationToken);
        }
    }

    /// <summary>Opens what some inputs need of the model, and says on standard error what had to be assumed of it.</summary>
    public async Task<EmbeddingModel> OpenAsync(
        Lazy<SimileHost> host,
        ParseResult parsed,
        Modality needs,
        CancellationToken cancellationToken,
        Action<ImageTimes>? observe = null,
        IChunkStore? index = null
    )
    {
        var remembered = await RememberedAsync(parsed, index, cancellationToken);
        var images =
            parsed.GetValue(_imageModel)
            ?? (
                remembered is not null && await index!.GetPropertyAsync(ImageModelName, cancellationToken) is { Length: > 0 } name
                    ? name
                    : null
            );
        var (threads, precision) = (Threads(parsed), Compute(parsed));
        var rememberedEngine =
            remembered is null || _engine.IsGiven(parsed) ? null : await index!.GetPropertyAsync(EngineName, cancellationToken);
        var engine = EngineOption.Open(rememberedEngine ?? _engine.Name(parsed));
        var options = new EmbeddingModelOptions
        {
            Needs = needs,
            ImageModel = images,
            Threads = threads,
            Precision = precision,
            Engine = engine,
            ImageOptions = new ImageEmbedderOptions
            {
                Threads = threads,
                Precision = precision,
                Engine = engine,
                Observe = observe,
            },
        };
        var model =
            remembered is not null || IsGiven(parsed)
                ? await host.Value.OpenModelAsync(remembered ?? Model(parsed), options, cancellationToken)
                : await OpenDefaultAsync(host.Value, options, cancellationToken);
        WriteNotes(model.Notes);
        return model;
    }

    // The model that an index was made with, where the user names no other.
    private async Task<string?> RememberedAsync(ParseResult parsed, IChunkStore? index, CancellationToken cancellationToken) =>
        IsGiven(parsed) || index is null ? null : await index.GetPropertyAsync(ModelName, cancellationToken);

    private static async Task<EmbeddingModel> OpenDefaultAsync(
        SimileHost host,
        EmbeddingModelOptions options,
        CancellationToken cancellationToken
    )
    {
        var chosen = host.Settings.Default;
        return chosen.SetBy is { } by && DefaultRendering.FolderOf(host, chosen) is null
            ? throw new SimileException(
                ErrorCode.DefaultModelMissing,
                $"The default model '{chosen.Name}', set by {by}, is not there. Pull it again, choose another one ('simile models use "
                    + "NAME'), or go back to the one that comes with Simile ('simile models use --reset')."
            )
            : await host.OpenModelAsync(chosen.Name, options, cancellationToken);
    }

    // A folder is found from everywhere by its full path.
    private static string NameOf(string model) => Directory.Exists(model) ? Path.GetFullPath(model) : model;

    /// <summary>Says on standard error what had to be assumed.</summary>
    public static void WriteNotes(IEnumerable<string> notes)
    {
        foreach (var note in notes)
        {
            Console.Error.WriteLine($"Note: {SafeText.Line(note)}");
        }
    }
}
