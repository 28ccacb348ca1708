using System.Text.Json;
using OllamaSharp;
using OllamaSharp.Models;
using Simile.Tokenization;

namespace Simile.Server.Tests;

/// <summary>The dialects beside OpenAI's: text-embeddings-inference, Ollama, Cohere.</summary>
public sealed class DialectTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static readonly string[] Texts = ["a cat on the sofa", "interest rates rose again"];
    private static readonly string TextsJson = JsonSerializer.Serialize(Texts);

    [Theory]
    [InlineData("/embed")]
    [InlineData("/")]
    public async Task TeiAnswersBareRows(string route)
    {
        var expected = await shared.Mini.EmbedAsync(Texts, cancellationToken: TestContext.Current.CancellationToken);
        var rows = await shared.Server.AskAsync(route, $"{{\"inputs\":{TextsJson}}}");
        Assert.Equal(expected.Select(vector => vector.ToArray()), rows.EnumerateArray().Select(Read.Floats));
        var one = await shared.Server.AskAsync(route, $"{{\"inputs\":\"{Texts[0]}\",\"truncate\":null}}");
        Assert.Equal(expected[0].ToArray(), Read.Floats(Assert.Single(one.EnumerateArray())));
    }

    [Fact]
    public async Task TeiScalesOnlyWhereThatIsAskedFor()
    {
        var options = new EmbedOptions { Normalize = false };
        var expected = await shared.Bert.EmbedAsync(Texts, options, TestContext.Current.CancellationToken);
        var rows = await shared.Server.AskAsync(
            "/embed",
            $"{{\"model\":\"{RunningServer.Bert}\",\"inputs\":{TextsJson},\"normalize\":false}}"
        );
        Assert.Equal(expected.Select(vector => vector.ToArray()), rows.EnumerateArray().Select(Read.Floats));
    }

    [Fact]
    public async Task TeiMeasuresSimilarity()
    {
        var batch = await shared.Mini.EmbedAsync([Texts[0], Texts[1], Texts[0]], cancellationToken: TestContext.Current.CancellationToken);
        var scores = await shared.Server.AskAsync(
            "/similarity",
            $"{{\"inputs\":{{\"source_sentence\":\"{Texts[0]}\",\"sentences\":[\"{Texts[1]}\",\"{Texts[0]}\"]}}}}"
        );
        Assert.Equal([Similarity.Cosine(batch[0], batch[1]), Similarity.Cosine(batch[0], batch[2])], Read.Floats(scores));
    }

    [Fact]
    public async Task TeiTokenizesAndDecodes()
    {
        const string model = RunningServer.Mini;
        var tokens = new TokenBuffer();
        shared.Mini.Inspect(Texts[1], tokens);
        var body = $"{{\"model\":\"{model}\",\"inputs\":\"{Texts[1]}\"}}";
        var row = (await shared.Server.AskAsync("/tokenize", body))[0];
        Assert.Equal(tokens.Ids.ToArray(), row.EnumerateArray().Select(token => token.GetProperty("id").GetInt32()));
        Assert.All(
            row.EnumerateArray(),
            token =>
                Assert.Equal(
                    Texts[1][token.GetProperty("start").GetInt32()..token.GetProperty("stop").GetInt32()],
                    Read.Text(token, "text")
                )
        );

        var ids = JsonSerializer.Serialize(tokens.Ids.ToArray());
        var decoded = await shared.Server.AskAsync("/decode", $"{{\"model\":\"{model}\",\"ids\":[{ids}]}}");
        Assert.Equal(Texts[1], decoded[0].GetString());
        await shared.Server.RefusedAsync(422, "/decode", "{\"ids\":[[99999999]]}");

        // BERT's special tokens stand around the text, and nowhere in it.
        var framed = (await shared.Server.AskAsync("/tokenize", $"{{\"model\":\"{RunningServer.Bert}\",\"inputs\":\"a cat\"}}"))[0];
        var special = shared.Bert.Tokenizer.Special;
        Assert.Equal(special.Prefix[0], framed[0].GetProperty("id").GetInt32());
        Assert.Equal(special.Suffix[0], framed[framed.GetArrayLength() - 1].GetProperty("id").GetInt32());
        Assert.True(framed[0].GetProperty("special").GetBoolean());
        Assert.Equal(JsonValueKind.Null, framed[0].GetProperty("start").ValueKind);
    }

    [Fact]
    public async Task TeiSaysWhatItIs()
    {
        var info = JsonElement.Parse(await shared.Server.Client.GetStringAsync("/info", TestContext.Current.CancellationToken));
        Assert.Equal(RunningServer.Mini, Read.Text(info, "model_id"));
        Assert.Equal("embedding", info.GetProperty("model_type").EnumerateObject().First().Name);
        Assert.Equal(2048, info.GetProperty("max_client_batch_size").GetInt32());
        Assert.Equal(300_000, info.GetProperty("max_batch_tokens").GetInt32());
    }

    [Theory]
    [InlineData("/embed", """{"inputs":""}""", 422, "Empty")]
    [InlineData("/embed", """{"inputs":"a","dimensions":3}""", 422, "Validation")]
    [InlineData("/embed", """{"inputs":"a","prompt_name":"sing"}""", 422, "Validation")]
    [InlineData("/embed", """{"inputs":"a","truncation_direction":"left"}""", 422, "Validation")]
    [InlineData("/embed", """{"inputs":[[99999999]]}""", 422, "Tokenizer")]
    [InlineData("/embed", """{"inputs":""", 400, "Validation")]
    [InlineData("/similarity", """{"inputs":{"source_sentence":"a"}}""", 422, "Validation")]
    [InlineData("/tokenize", """{"inputs":["a",null]}""", 422, "Validation")]
    public async Task TeiRefusesInItsOwnWords(string route, string body, int status, string type)
    {
        var error = await shared.Server.RefusedAsync(status, route, body);
        Assert.Equal(type, Read.Text(error, "error_type"));
        Assert.NotEmpty(Read.Text(error, "error"));
    }

    [Fact]
    public async Task OllamaSharpGetsTheVectorsAndTheModels()
    {
        using var http = new HttpClient { BaseAddress = shared.Server.Address };
        using var client = new OllamaApiClient(http, RunningServer.Mini);
        var stop = TestContext.Current.CancellationToken;
        var expected = await shared.Mini.EmbedAsync(Texts, cancellationToken: stop);
        var answer = await client.EmbedAsync(new EmbedRequest { Model = RunningServer.Mini, Input = [.. Texts] }, stop);
        Assert.Equal(expected.Select(vector => vector.ToArray()), answer.Embeddings);

        var models = await client.ListLocalModelsAsync(stop);
        Assert.Equal([RunningServer.Mini + ":latest", RunningServer.Bert + ":latest"], models.Select(model => model.Name));
        Assert.Equal(2, (await client.ListRunningModelsAsync(stop)).Count());
        Assert.True(await client.IsRunningAsync(stop));
        Assert.NotNull(await client.GetVersionAsync(stop));
        Assert.Contains("embedding", (await client.ShowModelAsync(RunningServer.Mini, stop)).Capabilities!);
    }

    [Fact]
    public async Task OllamasOlderRouteGivesOneVector()
    {
        var expected = await shared.Bert.EmbedAsync(
            Texts[0],
            new EmbedOptions { Normalize = false },
            TestContext.Current.CancellationToken
        );
        var answer = await shared.Server.AskAsync(
            "/api/embeddings",
            $"{{\"model\":\"{RunningServer.Bert}:latest\",\"prompt\":\"{Texts[0]}\"}}"
        );
        Assert.Equal(expected.ToArray(), Read.Floats(answer.GetProperty("embedding")));
        var nothing = await shared.Server.AskAsync("/api/embed", $"{{\"model\":\"{RunningServer.Bert}\"}}");
        Assert.Equal(0, nothing.GetProperty("embeddings").GetArrayLength());
        var error = await shared.Server.RefusedAsync(404, "/api/embed", """{"model":"nobody","input":"a"}""");
        Assert.Contains("not served", Read.Text(error, "error"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OllamaCutsWhatIsTooLongUnlessToldOtherwise()
    {
        var text = string.Join(' ', Enumerable.Repeat("cat", 1000));
        await shared.Server.AskAsync("/api/embed", $"{{\"model\":\"{RunningServer.Bert}\",\"input\":\"{text}\"}}");
        await shared.Server.RefusedAsync(
            400,
            "/api/embed",
            $"{{\"model\":\"{RunningServer.Bert}\",\"input\":\"{text}\",\"truncate\":false}}"
        );
    }

    [Fact]
    public async Task CohereAnswersByType()
    {
        var expected = await shared.Mini.EmbedAsync(Texts, cancellationToken: TestContext.Current.CancellationToken);
        var answer = await shared.Server.AskAsync(
            "/v2/embed",
            $"{{\"model\":\"{RunningServer.Mini}\",\"texts\":{TextsJson},\"input_type\":\"search_document\","
                + "\"embedding_types\":[\"float\",\"int8\",\"ubinary\",\"base64\"]}"
        );
        var rows = answer.GetProperty("embeddings");
        Assert.Equal(["float", "int8", "ubinary", "base64"], rows.EnumerateObject().Select(kind => kind.Name));
        Assert.Equal(expected.Select(vector => vector.ToArray()), rows.GetProperty("float").EnumerateArray().Select(Read.Floats));
        Assert.Equal(expected.Select(vector => vector.ToArray()), rows.GetProperty("base64").EnumerateArray().Select(Read.Base64));
        Assert.Equal(expected.Dimensions, rows.GetProperty("int8")[1].GetArrayLength());
        Assert.Equal(expected.Dimensions / 8, rows.GetProperty("ubinary")[1].GetArrayLength());
        Assert.Equal(Texts, answer.GetProperty("texts").EnumerateArray().Select(text => text.GetString()));
        Assert.Equal("embeddings_by_type", Read.Text(answer, "response_type"));
    }

    [Theory]
    [InlineData("""{"input_type":"search_query"}""", 400)]
    [InlineData("""{"texts":["a"],"embedding_types":["int4"]}""", 400)]
    [InlineData("""{"texts":["a"],"truncate":"START"}""", 400)]
    [InlineData("""{"texts":["a"],"input_type":"sing"}""", 400)]
    [InlineData("""{"texts":["a"],"model":"nobody"}""", 404)]
    [InlineData("""{"images":["http://127.0.0.1:1/a.png"]}""", 400)]
    public async Task CohereRefusesInItsOwnWords(string body, int status) =>
        Assert.NotEmpty(Read.Text(await shared.Server.RefusedAsync(status, "/v2/embed", body), "message"));
}
