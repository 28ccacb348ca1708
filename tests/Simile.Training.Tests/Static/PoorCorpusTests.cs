using Simile.Tokenization;
using Simile.Training.Corpora;
using Simile.Training.Static;
using Simile.Training.Tokenizers;

namespace Simile.Training.Tests.Static;

/// <summary>Corpora from which nothing can be learned, and recipes that ask for nothing, are refused with a code in every format.</summary>
public sealed class PoorCorpusTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Lines =>
        new()
        {
            { "lines", "river bread music" },
            { "prose", "river bread music river bread music river bread music river bread music" },
            { "pairs", "river\tbread" },
            { "groups", "river\tlabel" },
            {
                "articles",
                """{"title":"river","description":"bread","paragraphs":["river bread music","bread river"],"sections":[["river","bread"]]}"""
            },
            { "synsets", """{"lemmas":["river"],"definitions":["bread music"]}""" },
        };

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task NothingToLearnIsRefusedInEveryFormat(string format, string line)
    {
        var tokenizer = await TokenizerAsync();
        CorpusSource[] sources = [new CorpusSource { File = "c", Format = format }];
        foreach (var corpus in (string[])["", "\n\n \n", line + "\n", $"{line}\n{line}\n{line}\n", "\uFEFF"])
        {
            await File.WriteAllTextAsync(_folder.File("c"), corpus);
            Assert.Equal(
                ErrorCode.BadTrainingData,
                Refusal(tokenizer, new StaticTrainerOptions { Sources = sources, BatchSize = 64 }).Code
            );
            Assert.Equal(
                ErrorCode.BadTrainingData,
                Assert.Throws<SimileException>(() => CorpusReader.RequireDifferentLines(_folder.Path, sources)).Code
            );
        }
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task TextsThatTheTokenizerDoesNotKnowAreRefusedInEveryFormat(string format, string line)
    {
        var tokenizer = await TokenizerAsync();
        var unknown = line.Replace("river", "щука", StringComparison.Ordinal)
            .Replace("bread", "хлеб", StringComparison.Ordinal)
            .Replace("music", "звук", StringComparison.Ordinal);
        await File.WriteAllTextAsync(_folder.File("c"), $"{unknown}\n{unknown.Replace('щ', 'я')}\n{unknown.Replace('х', 'ю')}\n");
        Assert.Equal(
            ErrorCode.BadTrainingData,
            Refusal(
                tokenizer,
                new StaticTrainerOptions { Sources = [new CorpusSource { File = "c", Format = format }], BatchSize = 64 }
            ).Code
        );
    }

    [Theory]
    [InlineData("articles", """{"sections":[["one"]]}""")]
    [InlineData("articles", """{"sections":[[]]}""")]
    [InlineData("articles", """{"paragraphs":[null]}""")]
    [InlineData("articles", """{"terms":["x"]}""")]
    [InlineData("articles", """{"paragraphs":"x"}""")]
    [InlineData("articles", "[]")]
    [InlineData("articles", "null")]
    [InlineData("synsets", """{"lemmas":[7]}""")]
    [InlineData("synsets", """{"lemmas":{}}""")]
    [InlineData("synsets", "{")]
    public void ABadLineIsToldWithItsNumber(string format, string line)
    {
        File.WriteAllText(_folder.File("c"), "{}\n\n" + line + "\n");
        var error = Assert.Throws<SimileException>(() =>
            CorpusReader.Read(_folder.Path, new CorpusSource { File = "c", Format = format }).ToList()
        );
        Assert.Equal(ErrorCode.BadTrainingData, error.Code);
        Assert.Contains("Line 3 of c", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RowsOfATableWithoutTheColumnAreCounted()
    {
        File.WriteAllText(_folder.File("c.tsv"), "text\tlabel\nriver\ta\nalone\n\nbread\ta\n");
        var source = new CorpusSource
        {
            File = "c.tsv",
            Format = "groups",
            HasHeader = true,
        };
        var leftOut = 0;
        Assert.Equal(
            ["river", "bread"],
            CorpusReader.Read(_folder.Path, source, () => leftOut++).SelectMany(document => document.Variants)
        );
        Assert.Equal(1, leftOut);
        Assert.Equal(
            ErrorCode.InvalidOption,
            Assert.Throws<SimileException>(() => CorpusReader.Read(_folder.Path, source with { TextColumn = -1 }).ToList()).Code
        );
    }

    [Fact]
    public async Task WeightsThatLeaveNothingAndNamesThatAreNoSourceAreRefused()
    {
        var tokenizer = await TokenizerAsync();
        await File.WriteAllLinesAsync(_folder.File("c"), ["river bread music", "music river bread", "bread music"]);
        var options = new StaticTrainerOptions { Sources = [new CorpusSource { File = "c", Format = "lines" }], BatchSize = 64 };
        var trainer = StaticTrainer.Prepare(_folder.Path, tokenizer, options);
        Assert.True(double.IsFinite(trainer.Advance().Loss));
        Assert.Equal((0, 0), (trainer.LeftOut, trainer.TooShort));
        Assert.Equal(ErrorCode.BadTrainingData, Refusal(tokenizer, Weighed(options, "lines", 0)).Code);
        Assert.Equal(ErrorCode.InvalidOption, Refusal(tokenizer, Weighed(options, "lines", -1)).Code);
        Assert.Contains("'linez'", Refusal(tokenizer, Weighed(options, "linez", 1)).Message, StringComparison.Ordinal);
        await File.AppendAllLinesAsync(_folder.File("c"), ["river", "щука"]);
        Assert.Equal(2, StaticTrainer.Prepare(_folder.Path, tokenizer, options).TooShort);
    }

    [Fact]
    public void ACorpusWithoutWordsGivesNoVocabulary() =>
        Assert.Equal(
            ErrorCode.BadTrainingData,
            Assert
                .Throws<SimileException>(() => new WordPieceTrainer(new WordPieceTrainerOptions()).Train(new Dictionary<string, long>()))
                .Code
        );

    public void Dispose() => _folder.Dispose();

    private static StaticTrainerOptions Weighed(StaticTrainerOptions options, string name, double weight) =>
        options with
        {
            SourceWeights = new Dictionary<string, double> { [name] = weight },
        };

    private SimileException Refusal(ITokenizer tokenizer, StaticTrainerOptions options) =>
        Assert.Throws<SimileException>(() => StaticTrainer.Prepare(_folder.Path, tokenizer, options));

    private async Task<ITokenizer> TokenizerAsync()
    {
        var options = new WordPieceTrainerOptions { VocabularySize = 300, MinCount = 1 };
        var counts = await WordCounter.CountAsync(["river bread music", "bread music river"], options.Normalizer, 1, null, default);
        TokenizerFileWriter.Write(_folder.File("tokenizer.json"), new WordPieceTrainer(options).Train(counts), options);
        return TokenizerFile.Load(_folder.File("tokenizer.json"));
    }
}
