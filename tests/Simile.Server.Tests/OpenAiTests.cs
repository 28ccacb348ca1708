using System.Globalization;
using System.Text.Json;
using Simile.Tokenization;
using Simile.Vectors.Codes;

namespace Simile.Server.Tests;

/// <summary>OpenAI's routes over the bare wire. What the vectors must be is what the library gives in process.</summary>
public sealed class OpenAiTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Route = "/v1/embeddings";
    private static readonly string[] Texts = ["a cat on the sofa", "Äpfel und Öl", "interest rates rose again", "日本語 🙂"];

    [Theory]
    [InlineData(RunningServer.Mini)]
    [InlineData(RunningServer.Bert)]
    public async Task VectorsHaveTheirBitsInEveryForm(string model)
    {
        var expected = await shared.Model(model).EmbedAsync(Texts, cancellationToken: TestContext.Current.CancellationToken);
        var input = $"\"model\":\"{model}\",\"input\":{JsonSerializer.Serialize(Texts)}";
        var floats = await shared.Server.AskAsync(Route, $"{{{input}}}");
        var base64 = await shared.Server.AskAsync(Route, $"{{{input},\"encoding_format\":\"base64\"}}");
        using var octets = await shared.Server.PostAsync(Route, $"{{{input}}}", ("Accept", "application/octet-stream"));
        var bytes = await octets.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal(expected.Block.ToArray(), Read.Bytes(bytes));
        Assert.Equal(expected.Dimensions.ToString(CultureInfo.InvariantCulture), octets.Headers.GetValues("x-simile-dimensions").Single());
        for (var i = 0; i < Texts.Length; i++)
        {
            Assert.Equal(expected[i].ToArray(), Read.Floats(floats.GetProperty("data")[i].GetProperty("embedding")));
            Assert.Equal(expected[i].ToArray(), Read.Base64(base64.GetProperty("data")[i].GetProperty("embedding")));
            Assert.Equal(i, floats.GetProperty("data")[i].GetProperty("index").GetInt32());
        }

        var tokens = expected.Outcomes.ToArray().Sum(outcome => outcome.TokensUsed);
        Assert.Equal(tokens, floats.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(tokens, floats.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.Equal("list", Read.Text(floats, "object"));
        Assert.Equal("embedding", Read.Text(floats.GetProperty("data")[0], "object"));
        Assert.Equal(model, Read.Text(floats, "model"));
    }

    [Theory]
    [InlineData(RunningServer.Mini)]
    [InlineData(RunningServer.Bert)]
    public async Task TokenIdsAreTheTextTheyStandFor(string model)
    {
        var embedder = shared.Model(model);
        var own = Texts.Take(3).Select(text => IdsOf(embedder, text, isFramed: false)).ToArray();
        var framed = Texts.Take(3).Select(text => IdsOf(embedder, text, isFramed: true)).ToArray();
        var expected = await embedder.EmbedAsync(Texts[..3], cancellationToken: TestContext.Current.CancellationToken);
        foreach (var ids in (int[][][])[own, framed])
        {
            var answer = await shared.Server.AskAsync(Route, $"{{\"model\":\"{model}\",\"input\":{JsonSerializer.Serialize(ids)}}}");
            for (var i = 0; i < ids.Length; i++)
            {
                Assert.Equal(expected[i].ToArray(), Read.Floats(answer.GetProperty("data")[i].GetProperty("embedding")));
            }
        }

        var single = await shared.Server.AskAsync(Route, $"{{\"model\":\"{model}\",\"input\":{JsonSerializer.Serialize(own[1])}}}");
        Assert.Equal(1, single.GetProperty("data").GetArrayLength());
        Assert.Equal(expected[1].ToArray(), Read.Floats(single.GetProperty("data")[0].GetProperty("embedding")));
    }

    [Fact]
    public async Task TextsAndIdsMayBeMixed()
    {
        var ids = JsonSerializer.Serialize(IdsOf(shared.Bert, Texts[0], isFramed: false));
        var answer = await shared.Server.AskAsync(Route, $"{{\"model\":\"{RunningServer.Bert}\",\"input\":[\"{Texts[2]}\",{ids}]}}");
        var expected = await shared.Bert.EmbedAsync([Texts[2], Texts[0]], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(expected[0].ToArray(), Read.Floats(answer.GetProperty("data")[0].GetProperty("embedding")));
        Assert.Equal(expected[1].ToArray(), Read.Floats(answer.GetProperty("data")[1].GetProperty("embedding")));
    }

    [Fact]
    public async Task DimensionsThatWereTrainedAreGivenAndOthersRefused()
    {
        var options = new EmbedOptions { Dimensions = 64 };
        var expected = await shared.Mini.EmbedAsync(Texts[..1], options, TestContext.Current.CancellationToken);
        var answer = await shared.Server.AskAsync(Route, """{"input":"a cat on the sofa","dimensions":64}""");
        Assert.Equal(expected[0].ToArray(), Read.Floats(answer.GetProperty("data")[0].GetProperty("embedding")));
        await shared.Server.AskAsync(Route, """{"input":"a cat on the sofa","dimensions":256}""");

        var refused = Read.Error(await shared.Server.RefusedAsync(400, Route, """{"input":"a cat","dimensions":65}"""));
        Assert.Equal("SIM302", Read.Text(refused, "code"));
        Assert.Contains("256, 128, 64, 32", Read.Text(refused, "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CodesOfOneByteAndOfOneBit()
    {
        var vector = (await shared.Mini.EmbedAsync(Texts[0], cancellationToken: TestContext.Current.CancellationToken)).ToArray();
        var calibration = Int8Calibration.Load(RepositoryRoot.Find("models", RunningServer.Mini, "calibration.json"));
        var codes = new sbyte[vector.Length];
        calibration.Quantize(vector, codes);
        var bits = Enumerable
            .Range(0, vector.Length / 8)
            .Select(b => Enumerable.Range(0, 8).Sum(i => vector[(8 * b) + i] > 0 ? 128 >> i : 0));

        Assert.Equal(codes.Select(code => (int)code), await CodesAsync("int8"));
        Assert.Equal(codes.Select(code => code + 128), await CodesAsync("uint8"));
        Assert.Equal(bits, await CodesAsync("ubinary"));
        Assert.Equal(bits.Select(code => code - 128), await CodesAsync("binary"));

        var base64 = await shared.Server.AskAsync(
            Route,
            $"{{\"input\":\"{Texts[0]}\",\"output_dtype\":\"int8\",\"encoding_format\":\"base64\"}}"
        );
        Assert.Equal(
            codes.Select(code => unchecked((byte)code)),
            base64.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64()
        );
    }

    [Fact]
    public async Task WhatIsTooLongIsRefusedOrCutAndToldAsAsked()
    {
        var text = string.Join(' ', Enumerable.Repeat("cat", 1000));
        var refused = Read.Error(
            await shared.Server.RefusedAsync(400, Route, $"{{\"model\":\"{RunningServer.Bert}\",\"input\":[\"a\",\"{text}\"]}}")
        );
        Assert.Contains($"takes {shared.Bert.MaxTokens}", Read.Text(refused, "message"), StringComparison.Ordinal);
        Assert.Contains("input[1] has", Read.Text(refused, "message"), StringComparison.Ordinal);

        using var cut = await shared.Server.PostAsync(
            Route,
            $"{{\"model\":\"{RunningServer.Bert}\",\"input\":[\"a\",\"{text}\"],\"truncate\":true}}"
        );
        Assert.Equal(200, (int)cut.StatusCode);
        Assert.Equal("1", cut.Headers.GetValues("x-simile-truncated").Single());
    }

    [Theory]
    [InlineData("input_type", "query", "query")]
    [InlineData("input_type", "search_document", "document")]
    [InlineData("task", "retrieval.query", "query")]
    [InlineData("task", "text-matching", "none")]
    [InlineData("prompt_name", "passage", "document")]
    [InlineData("purpose", "query", "query")]
    public async Task EveryMakersWordForThePurposeReachesTheModel(string field, string word, string purpose)
    {
        using var answer = await shared.Server.PostAsync(Route, $"{{\"input\":\"a cat\",\"{field}\":\"{word}\"}}");
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(purpose, answer.Headers.GetValues("x-simile-purpose").Single());
    }

    [Fact]
    public async Task NamesOfModelsMaySayMore()
    {
        foreach (var name in (string[])["text-embedding-3-small", RunningServer.Mini + ":latest", "Simile-Text-Mini", ""])
        {
            var answer = await shared.Server.AskAsync(Route, $"{{\"model\":\"{name}\",\"input\":\"a cat\"}}");
            Assert.Equal(RunningServer.Mini, Read.Text(answer, "model"));
        }

        using var asked = await shared.Server.PostAsync(Route, $"{{\"model\":\"{RunningServer.Mini}:query\",\"input\":\"a cat\"}}");
        Assert.Equal("query", asked.Headers.GetValues("x-simile-purpose").Single());

        var refused = Read.Error(await shared.Server.RefusedAsync(404, Route, """{"model":"simile-text-mimi","input":"a cat"}"""));
        Assert.Equal("model_not_found", Read.Text(refused, "code"));
        Assert.Contains("Did you mean 'simile-text-mini'?", Read.Text(refused, "message"), StringComparison.Ordinal);
        Assert.Contains($"Served are {RunningServer.Mini}, {RunningServer.Bert}", Read.Text(refused, "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelsAreListedAndShown()
    {
        var list = JsonElement.Parse(await shared.Server.Client.GetStringAsync("/v1/models", TestContext.Current.CancellationToken));
        Assert.Equal(
            [RunningServer.Mini, RunningServer.Bert],
            list.GetProperty("data").EnumerateArray().Select(model => Read.Text(model, "id"))
        );
        var one = JsonElement.Parse(
            await shared.Server.Client.GetStringAsync("/v1/models/" + RunningServer.Bert, TestContext.Current.CancellationToken)
        );
        Assert.Equal("model", Read.Text(one, "object"));
        Assert.Equal(shared.Bert.Space.Dimensions, one.GetProperty("dimensions").GetInt32());
        Assert.Equal(shared.Bert.MaxTokens, one.GetProperty("max_input_tokens").GetInt32());
        using var unknown = await shared.Server.Client.GetAsync("/v1/models/org/name", TestContext.Current.CancellationToken);
        Assert.Equal(404, (int)unknown.StatusCode);
    }

    [Fact]
    public async Task AzuresRouteTakesTheModelFromItsPath()
    {
        var answer = await shared.Server.AskAsync(
            $"/openai/deployments/{RunningServer.Bert}/embeddings?api-version=2024-10-21",
            """{"input":"a cat"}""",
            ("api-key", "whatever")
        );
        Assert.Equal(RunningServer.Bert, Read.Text(answer, "model"));
    }

    [Fact]
    public async Task OneBadInputLeavesTheOthersTheirsWhereThatIsAskedFor()
    {
        var refused = Read.Error(await shared.Server.RefusedAsync(400, Route, """{"input":["a cat",""]}"""));
        Assert.Equal("SIM101", Read.Text(refused, "code"));
        Assert.StartsWith("input[1]: ", Read.Text(refused, "message"), StringComparison.Ordinal);

        var answer = await shared.Server.AskAsync(Route, """{"input":["a cat","",null,"\ud800"]}""", ("x-simile-partial", "true"));
        var data = answer.GetProperty("data");
        var expected = await shared.Mini.EmbedAsync("a cat", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(expected.ToArray(), Read.Floats(data[0].GetProperty("embedding")));
        Assert.Equal(
            ["SIM101", "SIM105", "SIM103"],
            data.EnumerateArray().Skip(1).Select(row => Read.Text(row.GetProperty("error"), "code"))
        );
        Assert.All(data.EnumerateArray().Skip(1), row => Assert.Equal(JsonValueKind.Null, row.GetProperty("embedding").ValueKind));
    }

    [Theory]
    [InlineData("", "SIM803")]
    [InlineData("null", "SIM803")]
    [InlineData("[]", "SIM803")]
    [InlineData("""{"input":"a cat",""", "SIM803")]
    [InlineData("""{"input":"a cat","dimensions":"many"}""", "SIM803")]
    [InlineData("""{"input":{"text":5}}""", "SIM803")]
    [InlineData("""{"input":7}""", "SIM803")]
    [InlineData("""{"input":true}""", "SIM803")]
    [InlineData("""{"input":[1,"two"]}""", "SIM803")]
    [InlineData("""{"input":[99999999999]}""", "SIM803")]
    [InlineData("""{"input":[1.5]}""", "SIM803")]
    [InlineData("""{"input":[-1]}""", "SIM117")]
    [InlineData("""{"input":[100257]}""", "SIM117")]
    [InlineData("""{"input":[[]]}""", "SIM101")]
    [InlineData("""{}""", "SIM901")]
    [InlineData("""{"input":"a cat","encoding_format":"hex"}""", "SIM901")]
    [InlineData("""{"input":"a cat","output_dtype":"int4"}""", "SIM901")]
    [InlineData("""{"input":"a cat","task":"sing"}""", "SIM901")]
    [InlineData("""{"input":"a cat","truncate_prompt_tokens":0}""", "SIM901")]
    [InlineData("""{"input":"a cat","dimensions":0}""", "SIM302")]
    [InlineData("""{"input":"a cat","dimensions":-5}""", "SIM302")]
    [InlineData("""{"input":"a cat","late_chunking":true}""", "SIM901")]
    [InlineData("""{"input":"a cat","model":"bert","output_dtype":"int8"}""", "SIM305")]
    [InlineData("""{"input":"a cat","dimensions":64,"output_dtype":"int8"}""", "SIM305")]
    public async Task WhatIsWrongIsRefusedByACode(string body, string code)
    {
        var error = Read.Error(await shared.Server.RefusedAsync(400, Route, body));
        Assert.Equal(code, Read.Text(error, "code"));
        Assert.Equal("invalid_request_error", Read.Text(error, "type"));
        Assert.True(error.TryGetProperty("param", out _));
    }

    [Fact]
    public async Task RefusalsForGoodSayThatTheyAre()
    {
        using var answer = await shared.Server.PostAsync(Route, "{}", ("x-request-id", "mine-1"));
        Assert.Equal("false", answer.Headers.GetValues("x-should-retry").Single());
        Assert.Equal("mine-1", answer.Headers.GetValues("x-request-id").Single());
        using var bytes = await shared.Server.PostAsync(Route, """{"input":["a",""]}""", ("Accept", "application/octet-stream"));
        Assert.Equal(400, (int)bytes.StatusCode);
    }

    [Fact]
    public async Task NoInputsAreAnEmptyList()
    {
        var answer = await shared.Server.AskAsync(Route, """{"input":[]}""");
        Assert.Equal(0, answer.GetProperty("data").GetArrayLength());
    }

    private async Task<IEnumerable<int>> CodesAsync(string numbers)
    {
        var answer = await shared.Server.AskAsync(Route, $"{{\"input\":\"{Texts[0]}\",\"output_dtype\":\"{numbers}\"}}");
        return answer.GetProperty("data")[0].GetProperty("embedding").EnumerateArray().Select(code => code.GetInt32());
    }

    private static int[] IdsOf(TextEmbedder embedder, string text, bool isFramed)
    {
        var tokens = new TokenBuffer();
        if (isFramed)
        {
            embedder.Inspect(text, tokens);
        }
        else
        {
            embedder.Tokenizer.Tokenize(text, tokens);
        }

        return tokens.Ids.ToArray();
    }
}
