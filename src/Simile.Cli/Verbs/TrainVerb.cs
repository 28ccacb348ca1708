using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Tokenization;
using Simile.Training.Corpora;
using Simile.Training.Output;
using Simile.Training.Static;
using Simile.Training.Tokenizers;

namespace Simile.Cli.Verbs;

internal static class TrainVerb
{
    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromSeconds(30);

    private const string Formats = """
        Without a recipe the corpus is a file of plain texts, one a line, or a folder of such .txt files. A recipe is JSON:
          {"sources": [{"file": "faq.tsv", "format": "pairs"}], "steps": 2000}.
        Formats of a source:
          lines     any text a line
          prose     a paragraph a line; empty lines between documents
          pairs     text TAB text of one meaning; words_only keeps pairs of words alone
          groups    a table (.tsv, .csv): texts with one label mean the same; text_column, group_column (from 0), has_header
          articles  JSON lines: title, description, paragraphs [text], sections [[heading, text]], terms [[term, text]]
          synsets   JSON lines: lemmas, definitions, examples, hypernyms [text]
        """;

    private const string Fields = """
        Fields of a recipe, all but sources with a default: sources, dimensions, steps, batch_size, max_tokens, scale,
        short_weight, learning_rate, dropout, size_power, source_weights, frequency_damping, seed.
        docs/training.md explains each, with examples.
        """;

    public static Command Create(Lazy<SimileHost> host) =>
        new("train", $"Train models of your own: first a tokenizer, then a static model with it.\n{Formats}\n{Fields}")
        {
            Tokenizer(),
            Static(),
            TrainDistillVerb.Create(host),
            TrainAlignmentVerb.Create(host),
            TrainFusionVerb.Create(host),
        };

    private const int MaxVocabulary = 10_000_000;

    private static Option<string?> Recipe() =>
        VerbOptions.Named("--recipe", "The recipe (JSON): files, formats, steps, seed … Default: plain lines of text", "PATH");

    private static Option<string> Corpus() =>
        VerbOptions.Required(
            "--corpus",
            "The folder of the recipe's files; without a recipe a file of texts, one a line, or a folder of .txt files",
            "PATH"
        );

    private static Option<string> Required(string name, string description) => VerbOptions.Required(name, description, "PATH");

    private static Command Tokenizer()
    {
        var (recipe, corpus) = (Recipe(), Corpus());
        var output = Required("--output", "The tokenizer.json to write");
        var size = VerbOptions.Number(
            "--vocabulary",
            "Entries of the vocabulary",
            new WordPieceTrainerOptions().VocabularySize,
            1,
            MaxVocabulary
        );
        var verb = new Command("tokenizer", $"Learn a WordPiece vocabulary from a corpus.\n{Formats}") { recipe, corpus, output, size };
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                var (folder, known, _) = Read(parsed.GetValue(recipe), parsed.GetValue(corpus)!);
                var files = CorpusFile.PathsOf(folder, known.Sources);
                OutputGuard.Require(parsed.GetValue(output)!, parsed.GetValue(recipe) is { } named ? files.Append(named) : files);
                CorpusReader.RequireDifferentLines(folder, known.Sources);
                var options = new WordPieceTrainerOptions { VocabularySize = parsed.GetValue(size) };
                var texts = known.Sources.SelectMany(source => CorpusReader.Read(folder, source)).SelectMany(document => document.Texts());
                var counts = await ProgressBar.RunAsync(
                    "Counting words (characters)",
                    0,
                    show =>
                        WordCounter.CountAsync(
                            texts,
                            options.Normalizer,
                            Environment.ProcessorCount,
                            new Heard(done => show(done, 0)),
                            cancellationToken
                        )
                );
                var wanted = options.VocabularySize * options.Surplus;
                var vocabulary = await ProgressBar.RunAsync(
                    "Learning pieces",
                    wanted,
                    show =>
                        Task.Run(
                            () => new WordPieceTrainer(options).Train(counts, new Heard(done => show(done, wanted)), cancellationToken),
                            cancellationToken
                        )
                );
                TokenizerFileWriter.Write(parsed.GetValue(output)!, vocabulary, options);
                Console.Error.WriteLine(
                    $"{Plural.Of(vocabulary.Count, "entry", "entries")} from {Plural.Of(counts.Count, "different word")} in "
                        + $"{parsed.GetValue(output)}"
                );
                return 0;
            }
        );
    }

    private static Command Static()
    {
        var (recipe, corpus) = (Recipe(), Corpus());
        var tokenizer = Required("--tokenizer", "The tokenizer.json");
        var output = Required("--output", "The model folder to write");
        var checkpoint = VerbOptions.Named(
            "--checkpoint",
            "Where the state is kept, every 30 seconds; a training with the same recipe goes on from there. Default: beside the output",
            "FILE"
        );
        var verb = new Command("static", $"Train a static text model: a table of token vectors.\n{Formats}\n{Fields}")
        {
            recipe,
            corpus,
            tokenizer,
            output,
            checkpoint,
        };
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                var folder = parsed.GetValue(output)!;
                var (source, options, lines) = Read(parsed.GetValue(recipe), parsed.GetValue(corpus)!);
                var (tokenizerPath, state) = (parsed.GetValue(tokenizer)!, TrainAlignmentVerb.StateOf(parsed, checkpoint, output));
                IEnumerable<string> named = parsed.GetValue(recipe) is { } file ? [file, tokenizerPath] : [tokenizerPath];
                OutputGuard.RequireTraining(
                    folder,
                    StaticModelWriter.FileNames,
                    state,
                    [.. named, .. CorpusFile.PathsOf(source, options.Sources)]
                );
                if (lines is { } count)
                {
                    Console.Error.WriteLine(
                        $"No recipe: {Plural.Of(count, "line")} of plain text in {Plural.Of(options.Sources.Count, "file")}; "
                            + $"{options.Dimensions.Max()} dimensions, {Plural.Of(options.Steps, "step")} of "
                            + $"{Plural.Of(options.BatchSize, "pair")}, seed {options.Seed}. A recipe changes that (train static --help)."
                    );
                }

                var tokens = TokenizerFile.Load(tokenizerPath);
                var trainer = await ProgressBar.RunAsync(
                    "Reading documents",
                    0,
                    show =>
                        Task.Run(
                            () => StaticTrainer.Prepare(source, tokens, options, new Heard(done => show(done, 0)), cancellationToken),
                            cancellationToken
                        )
                );
                if (trainer.LeftOut > 0)
                {
                    Console.Error.WriteLine(
                        $"{Plural.Of(trainer.LeftOut, "line")} of the corpus {(trainer.LeftOut == 1 ? "is" : "are")} no pair (text "
                            + $"TAB text) or {(trainer.LeftOut == 1 ? "lacks" : "lack")} a column, and "
                            + $"{(trainer.LeftOut == 1 ? "is" : "are")} left out."
                    );
                }

                if (trainer.TooShort > 0)
                {
                    Console.Error.WriteLine(
                        $"{Plural.Of(trainer.TooShort, "line")} of the corpus with too few tokens that the tokenizer knows (lines: 2, "
                            + $"prose: 10) {(trainer.TooShort == 1 ? "is" : "are")} left out."
                    );
                }

                using var draft = ModelDraft.Begin(folder);
                await TrainAsync(trainer, options, tokens, state, cancellationToken);
                var sample = options
                    .Sources.SelectMany(entry => CorpusReader.Read(source, entry).Take(200))
                    .SelectMany(document => document.Texts())
                    .Take(20_000)
                    .ToList();
                await StaticModelWriter.WriteAsync(draft, trainer.Result, tokenizerPath, sample, cancellationToken);
                File.Delete(state);
                Console.Error.WriteLine($"Trained in {Plural.Of(trainer.Step, "step")}: {folder}");
                return 0;
            },
            parsed => TrainAlignmentVerb.Kept(TrainAlignmentVerb.StateOf(parsed, checkpoint, output))
        );
    }

    // Without a recipe also the number of lines, which gives the defaults.
    private static (string Folder, StaticTrainerOptions Options, long? Lines) Read(string? recipe, string corpus) =>
        recipe is null ? StaticRecipe.ForLines(corpus) : (corpus, StaticRecipe.Load(recipe), null);

    private static async Task TrainAsync(
        StaticTrainer trainer,
        StaticTrainerOptions options,
        ITokenizer tokenizer,
        string state,
        CancellationToken cancellationToken
    )
    {
        var fingerprint = TrainingCheckpoint.FingerprintOf(options, tokenizer);
        if (File.Exists(state))
        {
            TrainingCheckpoint.Restore(state, trainer, fingerprint);
            Console.Error.WriteLine($"Going on after step {trainer.Step} of {state}");
        }

        await ProgressBar.RunAsync(
            "Training (steps)",
            options.Steps,
            show =>
                Task.Run(() =>
                {
                    var (clock, mean) = (Stopwatch.StartNew(), 0.0);
                    while (trainer.Step < options.Steps && !cancellationToken.IsCancellationRequested)
                    {
                        mean += 0.01 * (Advance(trainer, state) - mean);
                        show(trainer.Step, options.Steps);
                        if (trainer.Step % 1000 == 0)
                        {
                            Console.Error.WriteLine(
                                string.Create(CultureInfo.InvariantCulture, $"step {trainer.Step}, mean loss {mean:F3}")
                            );
                        }

                        if (clock.Elapsed > BetweenCheckpoints)
                        {
                            TrainingCheckpoint.Save(state, trainer, fingerprint);
                            clock.Restart();
                        }
                    }

                    TrainingCheckpoint.Save(state, trainer, fingerprint);
                    cancellationToken.ThrowIfCancellationRequested();
                    return 0;
                })
        );
    }

    // A training that has run away would run away again from its state.
    private static double Advance(StaticTrainer trainer, string state)
    {
        try
        {
            return trainer.Advance().Loss;
        }
        catch (SimileException)
        {
            File.Delete(state);
            throw;
        }
    }

    private sealed class Heard(Action<long> show) : IProgress<long>
    {
        public void Report(long value) => show(value);
    }
}
