using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Simile.Cli.Output;
using Simile.Engine.Products;
using Simile.Families;
using Simile.Hosting;
using Simile.Tokenization;
using Simile.Training.Corpora;
using Simile.Training.Distillation;
using Simile.Training.Output;
using Simile.Training.Static;

namespace Simile.Cli.Verbs;

internal static class TrainDistillVerb
{
    private const int CalibrationTexts = 20_000;
    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromSeconds(30);

    private const string Help = """
        Make a static text model out of any text model: a table of token vectors that learns to place texts as its teachers do.
        Without a recipe the corpus is a file of plain texts, one a line, or a folder of such .txt files. A recipe is JSON:
          {"sources": [{"file": "faq.tsv", "format": "pairs"}], "dimensions": [128, 64], "epochs": 4}
        Fields, all but sources with a default: sources, texts, dimensions, epochs, batch_size, max_tokens,
        teacher_weights, cosine_weight, similarity_weight, short_weight, learning_rate, dropout, frequency_damping, seed.
        docs/training.md explains each, with examples.
        """;

    public static Command Create(Lazy<SimileHost> host)
    {
        var teacher = new Option<string[]>("--teacher")
        {
            Description = "The model to learn from, an installed one or a folder; may be given several times",
            HelpName = "NAME|FOLDER",
            Required = true,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        teacher.Validators.Add(VerbOptions.RefuseEmpty);
        var recipe = VerbOptions.Named(
            "--recipe",
            "The recipe (JSON): files, formats, epochs, seed … Default: plain lines of text",
            "PATH"
        );
        var corpus = VerbOptions.Required(
            "--corpus",
            "The folder of the recipe's files; without a recipe a file of texts, one a line, or a folder of .txt files",
            "PATH"
        );
        var tokenizer = VerbOptions.Named("--tokenizer", "The student's tokenizer.json. Default: that of the first teacher", "PATH");
        var output = VerbOptions.Required("--output", "The model folder to write", "PATH");
        var dimensions = VerbOptions.MaybeNumber(
            "--dimensions",
            "Values of the student's vectors, a multiple of 32, in place of the recipe's",
            1,
            4096
        );
        var seed = VerbOptions.MaybeNumber("--seed", "Where the random numbers begin, in place of the recipe's", 0, int.MaxValue);
        var vectors = VerbOptions.Named(
            "--vectors",
            "The folder where the teachers' vectors are kept, for other runs too. Default: beside the output, until the student is done",
            "FOLDER"
        );
        var checkpoint = VerbOptions.Named(
            "--checkpoint",
            "Where the state is kept, every 30 seconds; the same command goes on from there. Default: beside the output",
            "FILE"
        );
        var threads = VerbOptions.Threads(Math.Min(Environment.ProcessorCount, VerbOptions.MaxThreads));
        var compute = VerbOptions.Choice("--compute", "Arithmetic of the teachers' products", ComputePrecision.Float32);
        var verb = new Command("distill", Help)
        {
            teacher,
            recipe,
            corpus,
            tokenizer,
            output,
            dimensions,
            seed,
            vectors,
            checkpoint,
            threads,
            compute,
        };
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                var (folder, state, clock) = (
                    parsed.GetValue(output)!,
                    TrainAlignmentVerb.StateOf(parsed, checkpoint, output),
                    Stopwatch.StartNew()
                );
                var kept = parsed.GetValue(vectors) ?? DefaultVectors(folder);
                var (source, options) = Read(parsed.GetValue(recipe), parsed.GetValue(corpus)!);
                options = options with { Threads = parsed.GetValue(threads), Seed = parsed.GetValue(seed) ?? options.Seed };
                var names = parsed.GetValue(teacher)!;
                IEnumerable<string?> named =
                [
                    parsed.GetValue(recipe),
                    parsed.GetValue(tokenizer),
                    .. names.Where(Directory.Exists).SelectMany(Directory.GetFiles),
                ];
                OutputGuard.RequireTraining(
                    folder,
                    StaticModelWriter.FileNames,
                    state,
                    [.. named.OfType<string>(), .. CorpusFile.PathsOf(source, options.Sources)]
                );

                await using var teachers = await Teachers.OpenAsync(
                    host.Value,
                    names,
                    kept,
                    new EmbeddingModelOptions
                    {
                        Needs = Modality.Text,
                        Threads = options.Threads,
                        Precision = parsed.GetValue(compute),
                    },
                    cancellationToken
                );
                options = options with
                {
                    Dimensions = Lengths(parsed.GetValue(dimensions), parsed.GetValue(recipe) is null, teachers, options),
                };
                using var draft = ModelDraft.Begin(folder);
                var tokenizerPath =
                    parsed.GetValue(tokenizer) ?? StudentTokenizer.Of(teachers.FirstFolder, teachers.FirstTokenizer, draft.Folder);
                var leftOut = 0L;
                var texts = await ProgressBar.RunAsync(
                    "Reading documents",
                    0,
                    _ => Task.Run(() => CorpusTexts.Choose(source, options, () => leftOut++, cancellationToken), cancellationToken)
                );
                TellLeftOut(leftOut, "of the corpus lacked a column or a second text");
                var inputs = new DistillationInputs(texts, teachers.All, TokenizerFile.Load(tokenizerPath));
                Console.Error.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{texts.Count:N0} texts, {inputs.Tokenizer.VocabularySize:N0} tokens, {options.Dimensions.Max()} of the "
                            + $"teachers' {teachers.All.Sum(of => of.Dimensions)} dimensions; vectors of the teachers in {kept}"
                    )
                );
                var trainer = await ProgressBar.RunAsync(
                    "Asking the teachers (texts)",
                    0,
                    show => inputs.PrepareAsync(options, new Telling(show).Hear, cancellationToken)
                );
                teachers.Cut.Tell();
                TellLeftOut(trainer.Left, "held no token that the student's tokenizer knows");
                await TrainAsync(trainer, inputs.FingerprintOf(options), state, cancellationToken);
                await StaticModelWriter.WriteAsync(
                    draft,
                    trainer.Result,
                    tokenizerPath,
                    [.. texts.Take(CalibrationTexts)],
                    cancellationToken
                );
                File.Delete(state);
                if (parsed.GetValue(vectors) is null)
                {
                    await teachers.DeleteVectorsAsync();
                }

                Console.Error.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Distilled in {Plural.Of(trainer.Step, "step")} and {clock.Elapsed.TotalSeconds:F0} s: {folder}"
                    )
                );
                return 0;
            },
            parsed =>
                Kept(
                    parsed,
                    TrainAlignmentVerb.StateOf(parsed, checkpoint, output),
                    parsed.GetValue(vectors) ?? DefaultVectors(parsed.GetValue(output)!)
                )
        );
    }

    private static string DefaultVectors(string output) => Path.TrimEndingDirectorySeparator(output) + ".teachers";

    private static string? Kept(ParseResult parsed, string state, string vectors) =>
        TrainAlignmentVerb.Kept(state)
        ?? (Directory.Exists(vectors) ? $"The teachers' vectors are kept in {vectors}; the same command goes on from there." : null);

    private static (string Folder, DistillationOptions Options) Read(string? recipe, string corpus)
    {
        if (recipe is not null)
        {
            return (corpus, DistillationRecipe.Load(recipe));
        }

        var (folder, lines, _) = StaticRecipe.ForLines(corpus);
        return (folder, new DistillationOptions { Sources = lines.Sources });
    }

    // Without a recipe a teacher that has fewer values than 256 still makes a student.
    private static IReadOnlyList<int> Lengths(int? wanted, bool free, Teachers teachers, DistillationOptions options)
    {
        if (wanted is { } length)
        {
            return [length, .. options.Dimensions.Where(shorter => shorter < length)];
        }

        var values = teachers.All.Sum(teacher => teacher.Dimensions);
        int[] fitting = [.. options.Dimensions.Where(shorter => shorter <= values)];
        return free && fitting.Length > 0 ? fitting : options.Dimensions;
    }

    private static async Task TrainAsync(DistillationTrainer trainer, string fingerprint, string state, CancellationToken cancellationToken)
    {
        if (File.Exists(state))
        {
            trainer.Restore(state, fingerprint);
            Console.Error.WriteLine($"Going on after step {trainer.Step} of {state}");
        }

        await ProgressBar.RunAsync(
            "Learning (steps)",
            trainer.Steps,
            show =>
                Task.Run(() =>
                {
                    var (clock, loss) = (Stopwatch.StartNew(), 0.0);
                    while (trainer.Step < trainer.Steps && !cancellationToken.IsCancellationRequested)
                    {
                        loss = Advance(trainer, state);
                        show(trainer.Step, trainer.Steps);
                        if (clock.Elapsed > BetweenCheckpoints)
                        {
                            Console.Error.WriteLine(
                                string.Create(CultureInfo.InvariantCulture, $"step {trainer.Step} of {trainer.Steps}, loss {loss:F4}")
                            );
                            trainer.Save(state, fingerprint);
                            clock.Restart();
                        }
                    }

                    trainer.Save(state, fingerprint);
                    cancellationToken.ThrowIfCancellationRequested();
                    return 0;
                })
        );
    }

    // A training that has run away would run away again from its state.
    private static double Advance(DistillationTrainer trainer, string state)
    {
        try
        {
            return trainer.Advance();
        }
        catch (SimileException)
        {
            File.Delete(state);
            throw;
        }
    }

    private static void TellLeftOut(long count, string why)
    {
        if (count > 0)
        {
            Console.Error.WriteLine($"{Plural.Of(count, "text")} {why}, and {(count == 1 ? "is" : "are")} left out.");
        }
    }

    // Where no bar is shown, a line every ten thousand texts tells how far the long part has come.
    private sealed class Telling(Action<double, double> show)
    {
        private const int BetweenLines = 10_000;
        private long _next = BetweenLines;

        public void Hear(Teacher teacher, long done, long all)
        {
            show(done, all);
            if (Console.IsErrorRedirected && (done >= _next || done == all))
            {
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{teacher.Name}: {done:N0} of {all:N0} vectors"));
                _next = done == all ? BetweenLines : done + BetweenLines;
            }
        }
    }

    private sealed class Teachers(string folder) : IAsyncDisposable
    {
        private readonly List<EmbeddingModel> _models = [];
        private readonly List<TeacherFile> _files = [];

        public List<Teacher> All { get; } = [];

        /// <summary>Counts the texts that are longer than a teacher takes.</summary>
        public CutNotice Cut { get; } = new();

        public string FirstFolder { get; private set; } = string.Empty;

        public ITokenizer FirstTokenizer => _models[0].TextModel!.Tokenizer;

        public static async Task<Teachers> OpenAsync(
            SimileHost host,
            IReadOnlyList<string> names,
            string folder,
            EmbeddingModelOptions options,
            CancellationToken cancellationToken
        )
        {
            var teachers = new Teachers(folder);
            try
            {
                foreach (var name in names)
                {
                    await teachers.AddAsync(host, name, options, cancellationToken);
                }

                return teachers;
            }
            catch
            {
                await teachers.DisposeAsync();
                throw;
            }
        }

        /// <summary>Takes the files of vectors away, and their folder where nothing else lies in it.</summary>
        public async Task DeleteVectorsAsync()
        {
            _files.ForEach(file => file.Dispose());
            _files.ForEach(file => File.Delete(file.Path));
            _files.Clear();
            await DisposeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            _files.ForEach(file => file.Dispose());
            _files.Clear();
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
            }

            foreach (var model in _models)
            {
                await model.DisposeAsync();
            }
        }

        private async Task AddAsync(SimileHost host, string name, EmbeddingModelOptions options, CancellationToken cancellationToken)
        {
            var found = host.Models.Resolve(name);
            var manifest = ModelManifest.Read(found);
            if (!manifest.Modality.HasFlag(Modality.Text))
            {
                throw new SimileException(
                    ErrorCode.UnsupportedModality,
                    $"{name} embeds pictures only; a teacher is a model of texts. Name one that is."
                );
            }

            var fits = options with { Precision = manifest.HoldsTransformer ? options.Precision : ComputePrecision.Float32 };
            var model = await host.OpenModelAsync(name, fits, cancellationToken);
            _models.Add(model);
            ModelOptions.WriteNotes(model.Notes);
            var texts = model.Texts!;
            var file = TeacherFile.Open(
                Path.Combine(folder, $"{All.Count + 1}-{SafeName(name)}.vectors"),
                texts.Recipe.Digest,
                texts.Space.Dimensions
            );
            _files.Add(file);
            FirstFolder = FirstFolder.Length > 0 ? FirstFolder : found.Path;
            All.Add(new Teacher(name, Cut.Over(texts), file));
        }

        private static string SafeName(string name) =>
            string.Concat(
                Path.GetFileName(Path.TrimEndingDirectorySeparator(name)).Select(c => char.IsLetterOrDigit(c) || c is '-' or '.' ? c : '-')
            );
    }
}
