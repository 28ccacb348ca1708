using Simile.Text;
using Simile.Tokenization;
using Simile.Training.Corpora;
using Simile.Training.Static;
using Simile.Training.Tokenizers;
using Simile.Vectors;

namespace Simile.Training.Tests.Static;

/// <summary>A whole training on a small corpus that the test draws: pairs of words that always stand together.</summary>
public sealed class StaticTrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StaticTrainerOptions _options = new()
    {
        Sources = [new CorpusSource { File = "pairs.tsv", Format = "pairs" }],
        Dimensions = [64, 32],
        Steps = 60,
        BatchSize = 64,
        MaxTokens = 8,
        LearningRate = 0.02f,
    };

    public StaticTrainerTests()
    {
        var lines = Enumerable.Range(0, 400).Select(i => $"{Word(i % 80, 'a')}\t{Word(i % 80, 'n')}");
        File.WriteAllLines(_folder.File("pairs.tsv"), lines);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData("one line without a tab\n")]
    [InlineData("baba\tnono\n")]
    [InlineData("baba\tnono\nbaba\tnono\nbaba\tnono\n")]
    [InlineData("\tnono\nbaba\t\n")]
    public async Task ACorpusWithoutPairsIsRefused(string corpus)
    {
        var (_, tokenizer) = await PrepareAsync();
        await File.WriteAllTextAsync(
            _folder.File("pairs.tsv"),
            corpus.Replace("baba", Word(1, 'a'), StringComparison.Ordinal).Replace("nono", Word(1, 'n'), StringComparison.Ordinal)
        );
        var error = Assert.Throws<SimileException>(() => StaticTrainer.Prepare(_folder.Path, tokenizer, _options));
        Assert.Equal(ErrorCode.BadTrainingData, error.Code);
    }

    [Fact]
    public void PairsTakeAnyTextAndCountWhatIsNone()
    {
        File.WriteAllLines(_folder.File("any.tsv"), ["Opening hours?\tWe open at 9:30.", "no tab", "\tempty", "a-b\tc d"]);
        var leftOut = 0;
        var source = new CorpusSource { File = "any.tsv", Format = "pairs" };
        Assert.Equal(
            ["Opening hours?", "We open at 9:30.", "a-b", "c d"],
            CorpusReader.Read(_folder.Path, source, () => leftOut++).SelectMany(document => document.Variants)
        );
        Assert.Equal(2, leftOut);
        Assert.Equal(
            ["a-b", "c d"],
            CorpusReader.Read(_folder.Path, source with { WordsOnly = true }).SelectMany(document => document.Variants)
        );
    }

    [Fact]
    public async Task AForeignFolderIsNotWrittenOverAndNothingIsLeftBehind()
    {
        var (trainer, _) = await PrepareAsync();
        var foreign = Directory.CreateDirectory(_folder.File("notes")).FullName;
        await File.WriteAllTextAsync(Path.Combine(foreign, "letter.txt"), "mine");
        var error = await Assert.ThrowsAsync<SimileException>(() =>
            StaticModelWriter.WriteAsync(foreign, trainer.Result, _folder.File("tokenizer.json"), [Word(1, 'a')])
        );
        Assert.Contains("letter.txt", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() =>
            StaticModelWriter.WriteAsync(_folder.File("model"), trainer.Result, _folder.File("no-such-tokenizer.json"), [Word(1, 'a')])
        );
        Assert.Equal(["letter.txt"], Directory.GetFileSystemEntries(foreign).Select(Path.GetFileName));
        Assert.DoesNotContain(
            Directory.GetFileSystemEntries(_folder.Path),
            entry => Path.GetFileName(entry).StartsWith("model", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task WordsThatStandTogetherBecomeAlike()
    {
        var (trainer, _) = await PrepareAsync();
        var first = trainer.Advance().Loss;
        Train(trainer, _options.Steps);
        Assert.True(trainer.Advance().Loss < first / 2);
        await StaticModelWriter.WriteAsync(
            _folder.File("model"),
            trainer.Result,
            _folder.File("tokenizer.json"),
            [Word(1, 'a'), Word(2, 'n')]
        );
        var embedder = await TextEmbedder.LoadAsync(_folder.File("model"));
        var batch = await embedder.EmbedAsync([Word(3, 'a'), Word(3, 'n'), Word(40, 'n')], new EmbedOptions { Dimensions = 32 });
        Assert.True(Similarity.Measure(batch, 0, batch, 1) > Similarity.Measure(batch, 0, batch, 2) + 0.2f);
        await TextModelVerifier.VerifyAsync(Models.ModelFolder.Open(_folder.File("model")));
    }

    [Fact]
    public async Task TextsWithoutTokensDoNotEndTheWritingOfAModel()
    {
        var (trainer, _) = await PrepareAsync();
        await StaticModelWriter.WriteAsync(
            _folder.File("model"),
            trainer.Result,
            _folder.File("tokenizer.json"),
            ["щука", "", Word(1, 'a')]
        );
        Assert.True((await TextModelVerifier.VerifyAsync(Models.ModelFolder.Open(_folder.File("model")))).HasGolden);
    }

    [Fact]
    public async Task AResumedTrainingEqualsAnUnbrokenOne()
    {
        var (unbroken, tokenizer) = await PrepareAsync();
        Train(unbroken, 30);
        var (broken, _) = await PrepareAsync();
        Train(broken, 13);
        var fingerprint = TrainingCheckpoint.FingerprintOf(_options, tokenizer);
        TrainingCheckpoint.Save(_folder.File("state"), broken, fingerprint);
        var (resumed, _) = await PrepareAsync(threads: 1);
        TrainingCheckpoint.Restore(_folder.File("state"), resumed, fingerprint);
        Train(resumed, 30);
        Assert.Equal(unbroken.Table.All.ToArray(), resumed.Table.All.ToArray());
    }

    [Fact]
    public async Task ACheckpointOfAnotherRecipeIsRefused()
    {
        var (trainer, tokenizer) = await PrepareAsync();
        TrainingCheckpoint.Save(_folder.File("state"), trainer, TrainingCheckpoint.FingerprintOf(_options, tokenizer));
        var other = TrainingCheckpoint.FingerprintOf(_options with { Scale = 5 }, tokenizer);
        Assert.Equal(
            ErrorCode.CheckpointMismatch,
            Assert.Throws<SimileException>(() => TrainingCheckpoint.Restore(_folder.File("state"), trainer, other)).Code
        );
    }

    [Fact]
    public void ARecipeIsReadAndAnUnknownFieldRefused()
    {
        File.WriteAllText(
            _folder.File("r.json"),
            """{"sources":[{"file":"a","format":"prose"}],"steps":7,"source_weights":{"prose":0.5}}"""
        );
        var recipe = StaticRecipe.Load(_folder.File("r.json"));
        Assert.Equal((7, 1024, 0.5), (recipe.Steps, recipe.BatchSize, recipe.SourceWeights["prose"]));
        File.WriteAllText(_folder.File("r.json"), """{"stepz":7}""");
        Assert.Contains(
            "stepz",
            Assert.Throws<SimileException>(() => StaticRecipe.Load(_folder.File("r.json"))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task SenselessRecipesAreRefused()
    {
        var (_, tokenizer) = await PrepareAsync();
        foreach (
            var options in (StaticTrainerOptions[])
                [
                    _options with
                    {
                        BatchSize = 100,
                    },
                    _options with
                    {
                        Dimensions = [33],
                    },
                    _options with
                    {
                        Steps = 0,
                    },
                    _options with
                    {
                        Dropout = 1,
                    },
                    _options with
                    {
                        Sources = [],
                    },
                ]
        )
        {
            Assert.Equal(
                ErrorCode.InvalidOption,
                Assert.Throws<SimileException>(() => StaticTrainer.Prepare(_folder.Path, tokenizer, options)).Code
            );
        }

        var missing = _options with { Sources = [new CorpusSource { File = "none", Format = "prose" }] };
        Assert.Equal(
            ErrorCode.BadTrainingData,
            Assert.Throws<SimileException>(() => StaticTrainer.Prepare(_folder.Path, tokenizer, missing)).Code
        );
    }

    public void Dispose() => _folder.Dispose();

    // Words of consonants and vowels in turn, spelled from the number.
    private static string Word(int number, char vowel) =>
        string.Concat("bcdfghklmp"[number % 10], vowel, "bcdfghklmp"[number / 10], vowel, vowel);

    private static void Train(StaticTrainer trainer, int steps)
    {
        while (trainer.Step < steps)
        {
            trainer.Advance();
        }
    }

    private async Task<(StaticTrainer Trainer, ITokenizer Tokenizer)> PrepareAsync(int threads = 2)
    {
        var options = new WordPieceTrainerOptions { VocabularySize = 300, MinCount = 1 };
        var texts = CorpusReader.Read(_folder.Path, _options.Sources[0]).SelectMany(document => document.Texts());
        var counts = await WordCounter.CountAsync(texts, options.Normalizer, 2, null, default);
        TokenizerFileWriter.Write(_folder.File("tokenizer.json"), new WordPieceTrainer(options).Train(counts), options);
        var tokenizer = TokenizerFile.Load(_folder.File("tokenizer.json"));
        return (StaticTrainer.Prepare(_folder.Path, tokenizer, _options with { Threads = threads }), tokenizer);
    }
}
