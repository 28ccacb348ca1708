using Simile.Text;
using Simile.Tokenization;
using Simile.Training.Corpora;
using Simile.Training.Distillation;
using Simile.Training.Evaluation;
using Simile.Training.Static;
using Simile.Vectors;

namespace Simile.Training.Tests.Distillation;

/// <summary>The model in the box teaches a student with a small vocabulary of its own.</summary>
public sealed class DistillationTests : IDisposable
{
    private static readonly string TeacherFolder = RepositoryRoot.Find("models", "simile-text-mini");
    private readonly TemporaryFolder _folder = new();
    private readonly DistillationOptions _options = new()
    {
        Sources = [new CorpusSource { File = "texts.txt", Format = "lines" }],
        Dimensions = [64, 32],
        Epochs = 20,
        BatchSize = 48,
        FrequencyDamping = 1,
        LearningRate = 0.02f,
    };

    public DistillationTests()
    {
        string[] subjects = ["a dog", "the river", "my friend", "a train", "the baker", "a cloud"];
        string[] actions = ["runs along", "is seen from", "waits near", "comes back to", "is older than"];
        string[] places = ["the bridge", "a small house", "the market", "an old church", "the forest"];
        File.WriteAllLines(
            _folder.File("texts.txt"),
            subjects.SelectMany(subject => actions.SelectMany(action => places.Select(place => $"{subject} {action} {place}")))
        );
    }

    [Fact]
    public async Task AStudentPlacesTextsAsItsTeacherDoes()
    {
        await using var teacher = await TextEmbedder.LoadAsync(TeacherFolder);
        var trainer = await PrepareAsync(teacher, _options);
        var before = trainer.Advance();
        Train(trainer, trainer.Steps);
        Assert.InRange(trainer.Advance(), 0, before / 3);
        await StaticModelWriter.WriteAsync(
            _folder.File("student"),
            trainer.Result,
            Path.Combine(TeacherFolder, "tokenizer.json"),
            ["a dog waits near the river"]
        );
        await using var student = await TextEmbedder.LoadAsync(_folder.File("student"));
        Assert.Equal(
            (64, 32),
            (student.Space.Dimensions, (await student.EmbedAsync(["a dog"], new EmbedOptions { Dimensions = 32 })).Dimensions)
        );
        string[] texts =
        [
            "a dog runs along the bridge",
            "the dog waits near a bridge",
            "the baker comes back to the market",
            "a cloud is older than an old church",
        ];
        Assert.True(Correlation.Spearman(await CosinesAsync(teacher, texts), await CosinesAsync(student, texts)) > 0.8);
        Assert.True((await TextModelVerifier.VerifyAsync(Models.ModelFolder.Open(_folder.File("student")))).HasGolden);
    }

    [Fact]
    public async Task AResumedTrainingOnOneThreadEqualsAnUnbrokenOneOnTwo()
    {
        await using var teacher = await TextEmbedder.LoadAsync(TeacherFolder);
        var options = _options with { Threads = 2, Dropout = 0.2f };
        var unbroken = await PrepareAsync(teacher, options);
        Train(unbroken, 14);
        var broken = await PrepareAsync(teacher, options);
        Train(broken, 5);
        broken.Save(_folder.File("state"), "mine");
        var resumed = await PrepareAsync(teacher, options with { Threads = 1 });
        resumed.Restore(_folder.File("state"), "mine");
        Train(resumed, 14);
        Assert.Equal(unbroken.Table.All.ToArray(), resumed.Table.All.ToArray());
        Assert.Equal(
            ErrorCode.CheckpointMismatch,
            Assert.Throws<SimileException>(() => resumed.Restore(_folder.File("state"), "another's")).Code
        );
    }

    [Fact]
    public async Task WhatATeacherSaidIsNotAskedAgain()
    {
        await using var model = await TextEmbedder.LoadAsync(TeacherFolder);
        var texts = File.ReadAllLines(_folder.File("texts.txt"));
        var path = _folder.File("t", "vectors");
        var first = await AskAsync(texts[..70], model, path);
        await using (var cut = File.OpenWrite(path))
        {
            cut.SetLength(cut.Length - 7);
        }

        var asked = 0L;
        var second = await AskAsync(texts, model, path, (done, all) => asked = all);
        Assert.Equal(texts.Length - 69, asked);
        Assert.Equal(first.All.ToArray(), second.All[..first.All.Length].ToArray());
        var plain = await model.EmbedAsync(texts);
        Assert.Equal(plain.Block.ToArray(), second.All.ToArray());
        Assert.Equal(
            ErrorCode.CheckpointMismatch,
            Assert.Throws<SimileException>(() => TeacherFile.Open(path, new string('0', 64), 256)).Code
        );
        await File.WriteAllTextAsync(path, "a diary");
        Assert.Equal(ErrorCode.BadCheckpoint, Assert.Throws<SimileException>(() => TeacherFile.Open(path, model.Recipe.Digest, 256)).Code);
    }

    [Fact]
    public async Task WhatCannotBeHadIsRefused()
    {
        await using var teacher = await TextEmbedder.LoadAsync(TeacherFolder);
        DistillationOptions[] senseless =
        [
            _options with
            {
                Dimensions = [320],
            },
            _options with
            {
                Epochs = 0,
            },
            _options with
            {
                BatchSize = 1,
            },
            _options with
            {
                TeacherWeights = [1, 2],
            },
            _options with
            {
                TeacherWeights = [-1],
            },
            _options with
            {
                CosineWeight = 0,
                SimilarityWeight = 0,
            },
            _options with
            {
                LearningRate = 0,
            },
        ];
        foreach (var options in senseless)
        {
            Assert.Equal(ErrorCode.InvalidOption, (await Assert.ThrowsAsync<SimileException>(() => PrepareAsync(teacher, options))).Code);
        }

        Assert.Equal(
            ErrorCode.InvalidOption,
            Assert
                .Throws<SimileException>(() =>
                    CorpusTexts.Choose(_folder.Path, _options with { Texts = new Dictionary<string, int> { ["texts.titles"] = 1 } })
                )
                .Code
        );
        foreach (var corpus in (string[])["", "\n\n", "one line\n", "one line\none line\n"])
        {
            await File.WriteAllTextAsync(_folder.File("texts.txt"), corpus);
            Assert.Equal(ErrorCode.BadTrainingData, Assert.Throws<SimileException>(() => CorpusTexts.Choose(_folder.Path, _options)).Code);
        }

        await File.WriteAllTextAsync(_folder.File("texts.txt"), "𐤀𐤁𐤂\n𐤃𐤄\n");
        Assert.Equal(ErrorCode.BadTrainingData, (await Assert.ThrowsAsync<SimileException>(() => PrepareAsync(teacher, _options))).Code);
    }

    [Fact]
    public void TextsOfEachKindAreChosenAlikeFromAGrowingCorpus()
    {
        var options = _options with
        {
            Sources = [new CorpusSource { File = "a.jsonl", Format = "articles" }],
            Texts = new Dictionary<string, int>
            {
                ["a.titles"] = 2,
                ["a.sentences"] = 3,
                ["a.passages"] = 1,
            },
        };
        var lines = Enumerable
            .Range(0, 9)
            .Select(i =>
                $$"""{"title":"Title {{i}}","paragraphs":["The first sentence of page {{i}}. The second one is here too! Short.","{{string.Concat(Enumerable.Repeat("word ", 150))}}"]}"""
            )
            .ToList();
        File.WriteAllLines(_folder.File("a.jsonl"), lines.Take(8));
        var chosen = CorpusTexts.Choose(_folder.Path, options);
        Assert.Equal(6, chosen.Count);
        Assert.Equal(600, chosen[0].Length + 1);
        Assert.All(chosen.Skip(1).Take(3), sentence => Assert.Matches("^The (first|second)[^.!]*[.!]$", sentence));
        Assert.All(chosen.Skip(4), title => Assert.StartsWith("Title ", title, StringComparison.Ordinal));
        File.WriteAllLines(_folder.File("a.jsonl"), lines);
        Assert.True(CorpusTexts.Choose(_folder.Path, options).Intersect(chosen).Count() >= 4);
    }

    [Fact]
    public void ABertVocabularyBecomesATokenizerOfTheStudent()
    {
        Directory.CreateDirectory(_folder.File("bert"));
        File.WriteAllLines(
            _folder.File("bert", "vocab.txt"),
            ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "straße", "##n", "Haus", "haus", "."]
        );
        File.WriteAllText(_folder.File("bert", "tokenizer_config.json"), """{"do_lower_case": false}""");
        var own = TokenizerFolder.Load(_folder.File("bert"));
        var written = TokenizerFile.Load(StudentTokenizer.Of(_folder.File("bert"), own, _folder.Path));
        foreach (var text in (string[])["Haus straßen.", "HAUS [MASK] haus", "[SEP]"])
        {
            var (expected, actual) = (new TokenBuffer(), new TokenBuffer());
            own.Tokenize(text, expected);
            written.Tokenize(text, actual);
            Assert.Equal(expected.Ids.ToArray(), actual.Ids.ToArray());
        }

        Assert.Equal(["n", "Haus"], StudentTokenizer.TextsOf(written).Skip(6).Take(2));
        Assert.Equal(
            ErrorCode.UnsupportedTokenizer,
            Assert.Throws<SimileException>(() => StudentTokenizer.Of(_folder.File("none"), new Wordless(), _folder.Path)).Code
        );
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<PinnedMatrix> AskAsync(
        IReadOnlyList<string> texts,
        TextEmbedder model,
        string path,
        Action<long, long>? progress = null
    )
    {
        using var file = TeacherFile.Open(path, model.Recipe.Digest, model.Space.Dimensions);
        return await new Teacher("box", model, file).EmbedAsync(texts, progress);
    }

    private static async Task<double[]> CosinesAsync(TextEmbedder embedder, string[] texts)
    {
        var batch = await embedder.EmbedAsync(texts);
        return
        [
            .. Enumerable
                .Range(0, texts.Length)
                .SelectMany(i => Enumerable.Range(0, i).Select(j => (double)Similarity.Measure(batch, i, batch, j))),
        ];
    }

    private static void Train(DistillationTrainer trainer, long steps)
    {
        while (trainer.Step < steps)
        {
            trainer.Advance();
        }
    }

    private async Task<DistillationTrainer> PrepareAsync(TextEmbedder teacher, DistillationOptions options)
    {
        using var file = TeacherFile.Open(_folder.File("vectors"), teacher.Recipe.Digest, teacher.Space.Dimensions);
        return await new DistillationInputs(
            CorpusTexts.Choose(_folder.Path, options),
            [new Teacher("box", teacher, file)],
            teacher.Tokenizer
        ).PrepareAsync(options);
    }

    private sealed class Wordless : ITokenizer
    {
        public int VocabularySize => 2;

        public int? UnknownId => null;

        public string Digest => string.Empty;

        public SpecialTokens Special => SpecialTokens.None;

        public void Tokenize(ReadOnlySpan<char> text, TokenBuffer tokens) { }

        public string TokenOf(int id) => "x";
    }
}
