using System.Text.Json;
using System.Text.Json.Nodes;
using Simile.Engine.Products;
using Simile.Models;
using Simile.Reranking;

namespace Simile.Tests.Reranking;

/// <summary>Rerankers from texts to scores, on every instruction set, against sentence-transformers' CrossEncoder and transformers
/// (tests/reference/families.py), or where those were not at hand
/// against PyTorch code of our own over the tokens of Hugging Face's tokenizers (tests/reference/rerankers.py).</summary>
public class RerankerReferenceTests
{
    private const float FloatTolerance = 2e-5f;
    private static readonly string Root = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "rerankers");

    public static TheoryData<string, InstructionLevel> ModelsAndLevels
    {
        get
        {
            var data = new TheoryData<string, InstructionLevel>();
            foreach (var folder in Directory.GetDirectories(Root).Order(StringComparer.Ordinal))
            {
                foreach (var level in Enum.GetValues<InstructionLevel>())
                {
                    data.Add(Path.GetFileName(folder), level);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(ModelsAndLevels))]
    public async Task ScoresAreThoseOfTheReference(string name, InstructionLevel level)
    {
        await using var reranker = await Reranker.LoadAsync(
            Path.Combine(Root, name),
            new RerankerOptions { Instructions = level, Threads = 2 },
            TestContext.Current.CancellationToken
        );
        foreach (var (pair, expected, tokens) in Cases(name))
        {
            var scores = await reranker.ScoreAsync(pair.Query, [pair.Text], TestContext.Current.CancellationToken);
            Assert.Equal(tokens, scores.Outcomes[0].TokensUsed);
            Assert.Equal(expected.Length, scores.Labels.Length);
            for (var label = 0; label < expected.Length; label++)
            {
                Assert.True(
                    MathF.Abs(expected[label] - scores[0][label]) < FloatTolerance,
                    $"{name}, '{pair.Query}' and '{pair.Text}', label {label}: {scores[0][label]:R} instead of {expected[label]:R}"
                );
            }
        }
    }

    [Theory]
    [InlineData("bert-1")]
    [InlineData("xlm-roberta")]
    [InlineData("qwen3")]
    public async Task APairsScoreDoesNotDependOnItsNeighbours(string name)
    {
        await using var reranker = await Reranker.LoadAsync(
            Path.Combine(Root, name),
            new RerankerOptions { Threads = 2 },
            TestContext.Current.CancellationToken
        );
        string[] texts = [.. Cases(name).Select(row => row.Pair.Text), "", "otter \ud83d", "heron"];
        var together = await reranker.ScoreAsync("heron", texts, TestContext.Current.CancellationToken);
        for (var i = 0; i < texts.Length; i++)
        {
            var alone = await reranker.ScoreAsync("heron", [texts[i]], TestContext.Current.CancellationToken);
            Assert.Equal(alone.Outcomes[0].Error?.Code, together.Outcomes[i].Error?.Code);
            if (alone.Outcomes[0].Error is null)
            {
                Assert.Equal(BitConverter.SingleToInt32Bits(alone[0][0]), BitConverter.SingleToInt32Bits(together[i][0]));
            }
        }

        Assert.Equal(
            [ErrorCode.EmptyText, ErrorCode.InvalidUnicode],
            together.Outcomes.Select(outcome => outcome.Error?.Code).OfType<string>()
        );
        var ranking = together.Ranking();
        Assert.Equal(texts.Length - 2, ranking.Count);
        Assert.Equal(ranking.OrderByDescending(i => together[i][0]), ranking);
    }

    [Fact]
    public async Task SeveralLabelsDoNotRank()
    {
        await using var reranker = await Reranker.LoadAsync(
            Path.Combine(Root, "bert-3"),
            cancellationToken: TestContext.Current.CancellationToken
        );
        var scores = await reranker.ScoreAsync("heron", ["otter"], TestContext.Current.CancellationToken);
        Assert.Equal(["LABEL_0", "LABEL_1", "LABEL_2"], scores.Labels);
        Assert.Equal(ErrorCode.UnsupportedModel, Assert.Throws<SimileException>(scores.Ranking).Code);
    }

    [Fact]
    public async Task AnEmbeddingModelIsRefused()
    {
        var folder = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "encoders", "bert");
        var error = await Assert.ThrowsAsync<SimileException>(() =>
            Reranker.LoadAsync(folder, cancellationToken: TestContext.Current.CancellationToken)
        );
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
    }

    // What Hugging Face's tokenizers keep of 9 and 3, 3 and 9, and of two long texts, in a room of 8.
    [Theory]
    [InlineData(9, 3, 8, 5, 3)]
    [InlineData(3, 9, 8, 3, 5)]
    [InlineData(9, 9, 8, 4, 4)]
    [InlineData(9, 9, 9, 4, 5)]
    [InlineData(2, 3, 8, 2, 3)]
    [InlineData(20, 10, 8, 4, 4)]
    public void TheLongerTextIsCutFirst(int first, int second, int room, int keptFirst, int keptSecond) =>
        Assert.Equal((keptFirst, keptSecond), PairTokens.Keep(first, second, room));

    [Theory]
    [InlineData("bert-types")]
    [InlineData("roberta")]
    [InlineData("mpnet")]
    [InlineData("distilbert")]
    public async Task TheTextsOfAQueryAreInTheOrderOfTheReference(string name)
    {
        await using var reranker = await Reranker.LoadAsync(
            Path.Combine(Root, name),
            cancellationToken: TestContext.Current.CancellationToken
        );
        var group = Cases(name).GroupBy(row => row.Pair.Query).Single(group => group.Count() > 2).ToArray();
        var scores = await reranker.ScoreAsync(
            group[0].Pair.Query,
            [.. group.Select(row => row.Pair.Text)],
            TestContext.Current.CancellationToken
        );
        Assert.Equal(Enumerable.Range(0, group.Length).OrderByDescending(i => group[i].Scores[0]), scores.Ranking());
    }

    [Fact]
    public async Task LabelsAreCalledAsTheFolderCallsThem()
    {
        await using var reranker = await Reranker.LoadAsync(
            Path.Combine(Root, "bert-nli"),
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(["contradiction", "entailment", "neutral"], reranker.Labels);
        Assert.Equal(40, reranker.MaxTokens);
    }

    // The function behind the scores, in every spelling and place that sentence-transformers has written it; the newest one counts.
    [Theory]
    [InlineData("torch.nn.modules.linear.Identity", null, null, "Identity")]
    [InlineData(null, "torch.nn.modules.linear.Identity", null, "Identity")]
    [InlineData(null, null, "torch.nn.modules.linear.Identity", "Identity")]
    [InlineData("torch.nn.modules.activation.Sigmoid", "torch.nn.modules.linear.Identity", "torch.nn.modules.linear.Identity", "Sigmoid")]
    [InlineData(null, "torch.nn.modules.activation.Sigmoid", "torch.nn.modules.linear.Identity", "Sigmoid")]
    [InlineData(null, null, null, "Sigmoid")]
    [InlineData("torch.nn.modules.activation.Tanh", null, null, null)]
    [InlineData(null, null, "mine.Own", null)]
    public async Task TheFunctionBehindTheScoresIsTheFoldersOwn(string? own, string? inner, string? old, string? expected)
    {
        using var folder = Copied("roberta");
        var config = JsonNode.Parse(await File.ReadAllTextAsync(folder.File("config.json"), TestContext.Current.CancellationToken))!;
        config["sbert_ce_default_activation_function"] = old;
        config["sentence_transformers"] = inner is null ? null : new JsonObject { ["activation_fn"] = inner };
        await WriteAsync(folder, "config.json", config.ToJsonString());
        if (own is not null)
        {
            await WriteAsync(folder, "config_sentence_transformers.json", new JsonObject { ["activation_fn"] = own }.ToJsonString());
        }

        if (expected is null)
        {
            Assert.Equal(
                ErrorCode.UnsupportedModel,
                (await Assert.ThrowsAsync<SimileException>(() => Reranker.LoadAsync(folder.Path))).Code
            );
            return;
        }

        // The reference's scores went through the sigmoid; its inverse gives the logits.
        await using var reranker = await Reranker.LoadAsync(folder.Path, cancellationToken: TestContext.Current.CancellationToken);
        var (pair, scores, _) = Cases("roberta").First();
        var wanted = expected == "Sigmoid" ? scores[0] : MathF.Log(scores[0] / (1 - scores[0]));
        Assert.Equal(wanted, (await reranker.ScoreAsync(pair.Query, [pair.Text], TestContext.Current.CancellationToken))[0][0], 1e-4f);
    }

    [Theory]
    [InlineData("sentence_bert_config.json", "max_seq_length", 20)]
    [InlineData("tokenizer_config.json", "model_max_length", 18)]
    [InlineData(null, null, 80)]
    public async Task TheLimitIsTheFoldersOwnOrThatOfThePositions(string? file, string? name, int expected)
    {
        using var folder = Copied("bert-types");
        await WriteAsync(folder, "tokenizer_config.json", """{"tokenizer_class":"BertTokenizer"}""");
        if (file is not null)
        {
            await WriteAsync(folder, file, $$"""{"tokenizer_class":"BertTokenizer","{{name}}":{{expected}}}""");
        }

        await using var reranker = await Reranker.LoadAsync(folder.Path, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(expected, reranker.MaxTokens);
    }

    [Fact]
    public async Task KeysThatNobodyKnowsAreNamedAndThoseThatAreNotDoneRefused()
    {
        foreach (var name in Directory.GetDirectories(Root).Select(path => Path.GetFileName(path)))
        {
            using var known = Copied(name);
            File.Delete(known.File("expected.json"));
            Assert.Empty(ModelFileTable.NotesOf(ModelFolder.Open(known.Path)));
        }

        using var folder = Copied("mpnet");
        File.Delete(folder.File("expected.json"));
        await WriteAsync(folder, "config_sentence_transformers.json", """{"frobnicate":1}""");
        await using var reranker = await Reranker.LoadAsync(folder.Path, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains("'frobnicate'", Assert.Single(reranker.Notes), StringComparison.Ordinal);
        await WriteAsync(folder, "sentence_bert_config.json", """{"do_lower_case":true}""");
        Assert.Equal(ErrorCode.UnsupportedModel, (await Assert.ThrowsAsync<SimileException>(() => Reranker.LoadAsync(folder.Path))).Code);
    }

    // As the first cross-encoders were published: no tokenizer.json, but a list of pieces.
    [Fact]
    public async Task AFolderWithAVocabularyAloneHasTheSameScores()
    {
        using var folder = Copied("bert-types");
        var tokenizer = JsonNode.Parse(await File.ReadAllTextAsync(folder.File("tokenizer.json"), TestContext.Current.CancellationToken))!;
        var pieces = tokenizer["model"]!["vocab"]!.AsObject().OrderBy(piece => piece.Value!.GetValue<int>()).Select(piece => piece.Key);
        await File.WriteAllLinesAsync(folder.File("vocab.txt"), pieces, TestContext.Current.CancellationToken);
        File.Delete(folder.File("tokenizer.json"));
        await using var reranker = await Reranker.LoadAsync(folder.Path, cancellationToken: TestContext.Current.CancellationToken);
        foreach (var (pair, expected, _) in Cases("bert-types"))
        {
            Assert.Equal(
                expected[0],
                (await reranker.ScoreAsync(pair.Query, [pair.Text], TestContext.Current.CancellationToken))[0][0],
                FloatTolerance
            );
        }
    }

    [Fact]
    public async Task TypesThatTheNetworkHasNotAreRefused()
    {
        using var folder = Copied("roberta");
        File.Copy(Path.Combine(Root, "bert-types", "tokenizer.json"), folder.File("tokenizer.json"), overwrite: true);
        await WriteAsync(
            folder,
            "tokenizer_config.json",
            """{"tokenizer_class":"BertTokenizer","model_input_names":["input_ids","token_type_ids"]}"""
        );
        var error = await Assert.ThrowsAsync<SimileException>(() => Reranker.LoadAsync(folder.Path));
        Assert.Equal(ErrorCode.BadCheckpoint, error.Code);
        Assert.Contains("2 types of tokens, but the network only 1", error.Description, StringComparison.Ordinal);
    }

    private static TemporaryFolder Copied(string name)
    {
        var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(Path.Combine(Root, name)))
        {
            File.Copy(file, folder.File(Path.GetFileName(file)));
        }

        return folder;
    }

    private static Task WriteAsync(TemporaryFolder folder, string name, string content) =>
        File.WriteAllTextAsync(folder.File(name), content, TestContext.Current.CancellationToken);

    private static IEnumerable<((string Query, string Text) Pair, float[] Scores, int Tokens)> Cases(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, name, "expected.json")));
        var (pairs, scores, ids) = (
            document.RootElement.GetProperty("pairs"),
            document.RootElement.GetProperty("scores"),
            document.RootElement.GetProperty("ids")
        );
        return
        [
            .. pairs
                .EnumerateArray()
                .Zip(scores.EnumerateArray(), ids.EnumerateArray())
                .Select(row =>
                    (
                        (row.First[0].GetString()!, row.First[1].GetString()!),
                        row.Second.EnumerateArray().Select(value => value.GetSingle()).ToArray(),
                        row.Third.GetArrayLength()
                    )
                ),
        ];
    }
}
