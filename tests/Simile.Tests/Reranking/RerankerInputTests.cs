using System.Buffers.Binary;
using System.Text.Json;
using Simile.Families;
using Simile.Hub;
using Simile.Models;
using Simile.Reranking;
using Simile.Text;

namespace Simile.Tests.Reranking;

/// <summary>What a reranker makes of bad input, and of folders that are none or another kind's.</summary>
public sealed class RerankerInputTests : IDisposable
{
    private static readonly string Root = RepositoryRoot.Find("tests", "Simile.Tests", "Reference");
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("", ErrorCode.EmptyText)]
    [InlineData(" \n\t", ErrorCode.EmptyText)]
    [InlineData("heron HALF", ErrorCode.InvalidUnicode)]
    public async Task AQueryThatIsNoneIsRefused(string query, string code)
    {
        await using var reranker = await Reranker.LoadAsync(Model("bert-1"), cancellationToken: TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<SimileException>(async () =>
            await reranker.ScoreAsync(
                query.Replace("HALF", "\ud83d", StringComparison.Ordinal),
                ["otter"],
                TestContext.Current.CancellationToken
            )
        );
        Assert.Equal(code, error.Code);
        Assert.StartsWith("The query", error.Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bert-1")]
    [InlineData("qwen3")]
    public async Task BadTextsAreRowsOfTheirOwn(string name)
    {
        await using var reranker = await Reranker.LoadAsync(Model(name), cancellationToken: TestContext.Current.CancellationToken);
        var huge = string.Concat(Enumerable.Repeat("otter stone ", 900_000));
        var scores = await reranker.ScoreAsync(
            "heron",
            [huge, "", "x\udc00", null!, "\0", "otter", "otter"],
            TestContext.Current.CancellationToken
        );
        Assert.Equal(
            [null, ErrorCode.EmptyText, ErrorCode.InvalidUnicode, ErrorCode.NullInput, null, null, null],
            scores.Outcomes.Select(outcome => outcome.Error?.Code)
        );
        Assert.True(scores.Outcomes[0].Truncated);
        Assert.Equal(reranker.MaxTokens, scores.Outcomes[0].TokensUsed);
        Assert.InRange(scores.Outcomes[0].TokensSeen, 1_800_000, 20_000_000);
        Assert.Equal(scores[5][0], scores[6][0]);
        Assert.Equal([5, 6], scores.Ranking().Where(i => i > 4));
        Assert.Equal(0, (await reranker.ScoreAsync("heron", [], TestContext.Current.CancellationToken)).Count);
        Assert.Empty((await reranker.ScoreAsync("heron", ["", ""], TestContext.Current.CancellationToken)).Ranking());
    }

    [Fact]
    public async Task ALongQueryIsCutBesideLongTextsOnlyAndSaysSo()
    {
        await using var reranker = await Reranker.LoadAsync(Model("bert-1"), cancellationToken: TestContext.Current.CancellationToken);
        string Words(int count) => string.Join(' ', Enumerable.Repeat("heron", count));
        Assert.Equal(
            0,
            (await reranker.ScoreAsync(Words(30), [Words(31), Words(300)], TestContext.Current.CancellationToken)).QueryLeftOut
        );

        // 64 tokens, three of them special: a query of 61 loses one for each token of a text up to half.
        Assert.Equal(5, (await reranker.ScoreAsync(Words(61), [Words(2), Words(5)], TestContext.Current.CancellationToken)).QueryLeftOut);
        var both = await reranker.ScoreAsync(Words(100), [Words(200)], TestContext.Current.CancellationToken);
        Assert.Equal((303, 64, 70), (both.Outcomes[0].TokensSeen, both.Outcomes[0].TokensUsed, both.QueryLeftOut));
    }

    [Fact]
    public async Task AQueryThatFillsTheChatLeavesNoTextARoom()
    {
        await using var reranker = await Reranker.LoadAsync(Model("qwen3"), cancellationToken: TestContext.Current.CancellationToken);
        var query = string.Concat(Enumerable.Repeat("heron ", 2000));
        var error = await Assert.ThrowsAsync<SimileException>(async () =>
            await reranker.ScoreAsync(query, ["otter"], TestContext.Current.CancellationToken)
        );
        Assert.Equal(ErrorCode.QueryTooLong, error.Code);
        Assert.Contains(
            reranker.MaxTokens.ToString(System.Globalization.CultureInfo.InvariantCulture),
            error.Description,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ATextWhoseScoreIsNoNumberFailsAlone()
    {
        Copy("bert-1");
        Damage("bert.embeddings.word_embeddings.weight", row: 5); // heron
        await using var reranker = await Reranker.LoadAsync(_folder.Path, cancellationToken: TestContext.Current.CancellationToken);
        var scores = await reranker.ScoreAsync("otter", ["stone", "a heron", "ladder"], TestContext.Current.CancellationToken);
        Assert.Equal([null, ErrorCode.InvalidVector, null], scores.Outcomes.Select(outcome => outcome.Error?.Code));
        Assert.DoesNotContain(1, scores.Ranking());
        Assert.Throws<SimileException>(() => scores[1][0]);
    }

    [Fact]
    public async Task OptionsThatTheModelCannotFollowAreRefused()
    {
        foreach (
            var options in (RerankerOptions[])
                [new() { Instruction = "be kind" }, new() { MaxTokens = 4 }, new() { MaxTokens = 0 }, new() { Threads = 0 }]
        )
        {
            var error = await Assert.ThrowsAsync<SimileException>(() =>
                Reranker.LoadAsync(Model("bert-1"), options, TestContext.Current.CancellationToken)
            );
            Assert.Equal(ErrorCode.InvalidOption, error.Code);
        }

        await using var narrow = await Reranker.LoadAsync(
            Model("bert-1"),
            new RerankerOptions { MaxTokens = 5 },
            TestContext.Current.CancellationToken
        );
        Assert.Equal(
            5,
            (await narrow.ScoreAsync("heron otter", ["stone ladder"], TestContext.Current.CancellationToken)).Outcomes[0].TokensUsed
        );
    }

    [Fact]
    public async Task ACallThatIsCancelledStops()
    {
        await using var reranker = await Reranker.LoadAsync(Model("bert-1"), cancellationToken: TestContext.Current.CancellationToken);
        using var source = new CancellationTokenSource();
        var call = reranker.ScoreAsync("heron", new Endless(source), source.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await call);
    }

    [Theory]
    [InlineData("encoders/bert")]
    [InlineData("encoders/qwen3-embedding")]
    [InlineData("encoders/embeddinggemma")]
    public async Task WhatEmbedsDoesNotRerank(string name)
    {
        var folder = Path.Combine(Root, name);
        var error = await Assert.ThrowsAsync<SimileException>(() =>
            Reranker.LoadAsync(folder, cancellationToken: TestContext.Current.CancellationToken)
        );
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
        Assert.Contains("is no reranker", error.Description, StringComparison.Ordinal);
        Assert.False(ModelDescription.Of(ModelFolder.Open(folder)).IsReranker);
    }

    [Theory]
    [InlineData("bert-1", 64)]
    [InlineData("bert-3", 64)]
    [InlineData("modernbert-cls", 64)]
    [InlineData("qwen3", 512)]
    public async Task WhatReranksDoesNotEmbed(string name, int maxTokens)
    {
        var error = await Assert.ThrowsAsync<SimileException>(() =>
            TextEmbedder.LoadAsync(Model(name), cancellationToken: TestContext.Current.CancellationToken)
        );
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
        Assert.Contains("is a reranker", error.Description, StringComparison.Ordinal);
        var described = InstalledModel.Of(ModelFolder.Open(Model(name)));
        Assert.Equal(
            (true, Modality.None, null, maxTokens),
            (described.IsReranker, described.Modality, described.Dimensions, described.MaxTokens)
        );
    }

    // As sentence-transformers 5.4 lays out rerankers that answer in words; others of that layout compare other tokens.
    [Fact]
    public async Task AnswersThatTheFolderNamesAreThoseThatAreCompared()
    {
        Copy("qwen3");
        using var tokenizer = JsonDocument.Parse(
            await File.ReadAllBytesAsync(_folder.File("tokenizer.json"), TestContext.Current.CancellationToken)
        );
        int IdOf(string word) =>
            tokenizer
                .RootElement.GetProperty("added_tokens")
                .EnumerateArray()
                .Single(token => token.GetProperty("content").GetString() == word)
                .GetProperty("id")
                .GetInt32();
        await WriteAsync(
            "modules.json",
            """
            [{"idx":0,"name":"0","path":"","type":"sentence_transformers.base.modules.transformer.Transformer"},
             {"idx":1,"name":"1","path":"1_LogitScore","type":"sentence_transformers.cross_encoder.modules.logit_score.LogitScore"}]
            """
        );
        Directory.CreateDirectory(_folder.File("1_LogitScore"));
        await WriteAsync("1_LogitScore/config.json", $$"""{"true_token_id":{{IdOf("yes")}},"false_token_id":{{IdOf("no")}}}""");
        await using (var same = await Reranker.LoadAsync(_folder.Path, cancellationToken: TestContext.Current.CancellationToken))
        await using (var plain = await Reranker.LoadAsync(Model("qwen3"), cancellationToken: TestContext.Current.CancellationToken))
        {
            Assert.Equal(
                (await plain.ScoreAsync("heron", ["otter"], TestContext.Current.CancellationToken))[0][0],
                (await same.ScoreAsync("heron", ["otter"], TestContext.Current.CancellationToken))[0][0]
            );
        }

        Assert.True(InstalledModel.Of(ModelFolder.Open(_folder.Path)).IsReranker);
        Assert.Contains(
            "is a reranker",
            (await Assert.ThrowsAsync<SimileException>(() => TextEmbedder.LoadAsync(_folder.Path))).Description,
            StringComparison.Ordinal
        );
        await WriteAsync("1_LogitScore/config.json", $$"""{"true_token_id":{{IdOf("yes")}},"false_token_id":null}""");
        var error = await Assert.ThrowsAsync<SimileException>(() =>
            Reranker.LoadAsync(_folder.Path, cancellationToken: TestContext.Current.CancellationToken)
        );
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
    }

    public void Dispose() => _folder.Dispose();

    private static string Model(string name) => Path.Combine(Root, "rerankers", name);

    private void Copy(string name)
    {
        foreach (var file in Directory.GetFiles(Model(name)))
        {
            File.Copy(file, _folder.File(Path.GetFileName(file)));
        }
    }

    private Task WriteAsync(string name, string content) =>
        File.WriteAllTextAsync(_folder.File(name), content, TestContext.Current.CancellationToken);

    private void Damage(string tensor, int row)
    {
        var bytes = File.ReadAllBytes(_folder.File("model.safetensors"));
        var header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var document = JsonDocument.Parse(bytes.AsMemory(8, header));
        var entry = document.RootElement.GetProperty(tensor);
        var width = entry.GetProperty("shape")[1].GetInt32();
        var at = 8 + header + entry.GetProperty("data_offsets")[0].GetInt32() + (row * width * sizeof(float));
        bytes.AsSpan(at, sizeof(float)).Fill(0xFF);
        File.WriteAllBytes(_folder.File("model.safetensors"), bytes);
    }

    /// <summary>Texts without an end worth waiting for; reading the thousandth cancels the call.</summary>
    private sealed class Endless(CancellationTokenSource source) : IReadOnlyList<string>
    {
        public int Count => 1_000_000;

        public string this[int index]
        {
            get
            {
                if (index == 1000)
                {
                    source.Cancel();
                }

                return "otter stone ladder";
            }
        }

        public IEnumerator<string> GetEnumerator() => throw new InvalidOperationException("Texts are read by their index.");

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
