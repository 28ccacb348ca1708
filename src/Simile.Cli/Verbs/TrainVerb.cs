using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Tokenization;
using Simile.Training.Corpora;
using Simile.Training.Static;
using Simile.Training.Tokenizers;

namespace Simile.Cli.Verbs;

internal static class TrainVerb
{
    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromSeconds(30);

    public static Command Create(Lazy<SimileHost> host) => new("train", "Train models of your own") { Tokenizer(), Static(), TrainAlignmentVerb.Create(host) };

    private const int MaxVocabulary = 10_000_000;

    private static Option<string> Required(string name, string description) => VerbOptions.Required(name, description, "PATH");

    private static Command Tokenizer()
    {
        var recipe = Required("--recipe", "The recipe (JSON) that lists the files of the corpus");
        var corpus = Required("--corpus", "The folder of the corpus");
        var output = Required("--output", "The tokenizer.json to write");
        var size = VerbOptions.Number("--vocabulary", "Entries of the vocabulary", new WordPieceTrainerOptions().VocabularySize, 1, MaxVocabulary);
        var verb = new Command("tokenizer", "Learn a WordPiece vocabulary from a corpus") { recipe, corpus, output, size };
        return verb.Does(async (parsed, cancellationToken) =>
        {
            OutputGuard.Require(parsed.GetValue(output)!, [parsed.GetValue(recipe)!, .. Directory.EnumerateFiles(parsed.GetValue(corpus)!, "*", SearchOption.AllDirectories)]);
            var options = new WordPieceTrainerOptions { VocabularySize = parsed.GetValue(size) };
            var texts = StaticRecipe.Load(parsed.GetValue(recipe)!).Sources.SelectMany(source => CorpusReader.Read(parsed.GetValue(corpus)!, source)).SelectMany(document => document.Texts());
            var counts = await ProgressBar.RunAsync("Counting words (characters)", 0, show =>
                WordCounter.CountAsync(texts, options.Normalizer, Environment.ProcessorCount, new Heard(done => show(done, 0)), cancellationToken));
            var wanted = options.VocabularySize * options.Surplus;
            var vocabulary = await ProgressBar.RunAsync("Learning pieces", wanted, show =>
                Task.Run(() => new WordPieceTrainer(options).Train(counts, new Heard(done => show(done, wanted)), cancellationToken), cancellationToken));
            TokenizerFileWriter.Write(parsed.GetValue(output)!, vocabulary, options);
            Console.Error.WriteLine($"{vocabulary.Count} entries from {counts.Count} different words in {parsed.GetValue(output)}");
            return 0;
        });
    }

    private static Command Static()
    {
        var recipe = Required("--recipe", "The recipe (JSON): files, lengths, steps, seed …");
        var corpus = Required("--corpus", "The folder of the corpus");
        var tokenizer = Required("--tokenizer", "The tokenizer.json");
        var output = Required("--output", "The model folder to write");
        var checkpoint = 
            VerbOptions.Named("--checkpoint", "Where the state is kept, every 30 seconds; a training with the same recipe goes on from there. Default: beside the output", "FILE");
        var verb = new Command("static", "Train a static text model: a table of token vectors") { recipe, corpus, tokenizer, output, checkpoint };
        return verb.Does(async (parsed, cancellationToken) =>
        {
            var folder = parsed.GetValue(output)!;
            StaticModelWriter.RequireOwn(folder);
            var options = StaticRecipe.Load(parsed.GetValue(recipe)!);
            var tokenizerPath = parsed.GetValue(tokenizer)!;
            var tokens = TokenizerFile.Load(tokenizerPath);
            var trainer = await ProgressBar.RunAsync("Reading documents", 0, show =>
                Task.Run(() => StaticTrainer.Prepare(parsed.GetValue(corpus)!, tokens, options, new Heard(done => show(done, 0)), cancellationToken), cancellationToken));
            if (trainer.LeftOut > 0)
            {
                Console.Error.WriteLine($"{trainer.LeftOut} lines of the corpus are no pair (text TAB text) and are left out.");
            }

            var state = TrainAlignmentVerb.StateOf(parsed, checkpoint, output);
            await TrainAsync(trainer, options, tokens, state, cancellationToken);
            var sample = options.Sources.SelectMany(source => CorpusReader.Read(parsed.GetValue(corpus)!, source).Take(200)).SelectMany(document => document.Texts()).Take(20_000).ToList();
            await StaticModelWriter.WriteAsync(folder, trainer, options, tokenizerPath, sample, cancellationToken);
            File.Delete(state);
            Console.Error.WriteLine($"Trained in {trainer.Step} steps: {folder}");
            return 0;
        }, parsed => TrainAlignmentVerb.Kept(TrainAlignmentVerb.StateOf(parsed, checkpoint, output)));
    }

    private static async Task TrainAsync(StaticTrainer trainer, StaticTrainerOptions options, ITokenizer tokenizer, string state, CancellationToken cancellationToken)
    {
        var fingerprint = TrainingCheckpoint.FingerprintOf(options, tokenizer);
        if (File.Exists(state))
        {
            TrainingCheckpoint.Restore(state, trainer, fingerprint);
            Console.Error.WriteLine($"Going on after step {trainer.Step} of {state}");
        }

        await ProgressBar.RunAsync("Training (steps)", options.Steps, show => Task.Run(() =>
        {
            var (clock, mean) = (Stopwatch.StartNew(), 0.0);
            while (trainer.Step < options.Steps && !cancellationToken.IsCancellationRequested)
            {
                mean += 0.01 * (trainer.Advance().Loss - mean);
                show(trainer.Step, options.Steps);
                if (trainer.Step % 1000 == 0)
                {
                    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {trainer.Step}, mean loss {mean:F3}"));
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
        }));
    }

    private sealed class Heard(Action<long> show) : IProgress<long>
    {
        public void Report(long value) => show(value);
    }
}
