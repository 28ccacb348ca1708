using Simile.Hub;

namespace Simile.Tests.Hub;

/// <summary>Answers and repositories that are refused.</summary>
public sealed class RefusedPullTests : IDisposable
{
    private readonly HubBench _bench = new();

    [Theory]
    [InlineData(401, ErrorCode.HubRefused, "HF_TOKEN")]
    [InlineData(403, ErrorCode.HubRefused, "gated")]
    [InlineData(404, ErrorCode.HubNotFound, "spelling")]
    [InlineData(400, ErrorCode.HubBadAnswer, "HF_ENDPOINT")]
    public async Task ARefusalIsNotTriedAgain(int status, string code, string says)
    {
        _bench.Hub.Script = _ => new LoopbackAnswer(status, []);
        Assert.Contains(says, (await _bench.FailAsync(code)).Message, StringComparison.Ordinal);
        Assert.Single(_bench.Hub.Requests);
    }

    [Fact]
    public async Task AnUnknownRevisionIsNamed() =>
        Assert.Contains("v9", (await _bench.FailAsync(ErrorCode.HubNotFound, revision: "v9")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("../config.json")]
    [InlineData("1_Pooling/../../config.json")]
    [InlineData("/etc/config.json")]
    [InlineData("C:/config.json")]
    [InlineData("..\\config.json")]
    [InlineData("con\nfig.json")]
    [InlineData("a//config.json")]
    [InlineData("./config.json")]
    [InlineData("")]
    public async Task AHostileNameRefusesTheRepository(string name)
    {
        _bench.Hub.Files[name] = [1];
        var error = await _bench.FailAsync(ErrorCode.HubUnsafeName);
        Assert.DoesNotContain("\n", error.Message, StringComparison.Ordinal);
        Assert.Single(_bench.Hub.Requests);
        Assert.False(Directory.Exists(_bench.Repository));
    }

    [Fact]
    public async Task WithoutSafetensorsThereIsNothingToRead()
    {
        _bench.Hub.Files.Remove("model.safetensors");
        _bench.Hub.Files.Remove("onnx/model.onnx");
        Assert.Contains("pytorch_model.bin", (await _bench.FailAsync(ErrorCode.UnsupportedModel)).Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Hub.Gets("config.json"));
    }

    [Theory]
    [InlineData("<html>a login page</html>")]
    [InlineData("""{"sha":"main","siblings":[]}""")]
    [InlineData("""{"sha":"0123456789abcdef0123456789abcdef01234567"}""")]
    [InlineData("[]")]
    public async Task AnAnswerThatIsNoListingIsRefused(string body)
    {
        _bench.Hub.Script = _ => new LoopbackAnswer(200, System.Text.Encoding.UTF8.GetBytes(body));
        await _bench.FailAsync(ErrorCode.HubBadAnswer);
    }

    [Theory]
    [InlineData("ETag", "\"../../x\"")]
    [InlineData("X-Repo-Commit", "ffffffffffffffffffffffffffffffffffffffff")]
    public async Task AnswersThatDoNotFitAreRefused(string header, string value)
    {
        _bench.Hub.Script = request =>
            request.Method == "HEAD"
                ? new LoopbackAnswer(200, [1]) { Headers = { ["ETag"] = $"\"{new string('a', 40)}\"", [header] = value } }
                : null;
        await _bench.FailAsync(ErrorCode.HubBadAnswer);
    }

    [Fact]
    public async Task ARedirectInACircleEnds()
    {
        _bench.Hub.Script = request => new LoopbackAnswer(302, []) { Headers = { ["Location"] = request.Path } };
        await _bench.FailAsync(ErrorCode.HubBadAnswer);
    }

    [Theory]
    [InlineData("http://files.test/x", null)]
    [InlineData("https://files.test/x", null)]
    [InlineData("https://hub.test.evil.test/x", null)]
    [InlineData("https://hub.test:444/x", null)]
    [InlineData("https://hub.test/x", "Bearer hf_secret")]
    public async Task ARedirectNeverTakesTheTokenAwayNorLeavesEncryption(string target, string? sent)
    {
        using var stub = new Stub(target);
        using var http = new HttpClient(stub);
        var options = new HubOptions
        {
            CacheFolder = _bench.CacheFolder,
            Endpoint = new Uri("https://hub.test"),
            Token = "hf_secret",
            Attempts = 1,
        };
        var error = await Assert.ThrowsAsync<SimileException>(() =>
            new HubDownloader(http, options, TimeProvider.System).PullAsync(_bench.Reference, null, CancellationToken.None)
        );
        Assert.Equal(ErrorCode.HubBadAnswer, error.Code);
        var isPlain = target.StartsWith("http:", StringComparison.Ordinal);
        Assert.Equal(isPlain ? ["Bearer hf_secret"] : ["Bearer hf_secret", sent], stub.Sent);
    }

    [Fact]
    public async Task OfflineTheCacheIsUsed()
    {
        var offline = _bench.Options with { Offline = true };
        await _bench.FailAsync(ErrorCode.HubOffline, offline);
        Assert.Empty(_bench.Hub.Requests);
        await _bench.PullAsync();
        _bench.Hub.Requests.Clear();
        Assert.Equal(FakeHub.Commit, (await _bench.PullAsync(offline)).Commit);
        Assert.Empty(_bench.Hub.Requests);
    }

    [Fact]
    public async Task OutOfReachTheCacheIsUsedAndSaidSo()
    {
        await _bench.PullAsync();
        _bench.Hub.Script = _ => new LoopbackAnswer(502, []);
        Assert.Equal(FakeHub.Commit, (await _bench.PullAsync()).Commit);
        Assert.Contains("in the cache is used", _bench.Notices[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task NobodyListensThere()
    {
        _bench.Hub.Dispose();
        Assert.Contains("HF_ENDPOINT", (await _bench.FailAsync(ErrorCode.HubUnreachable)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ShardsAreFetchedWithTheirIndexUnlessTheModelIsWhole()
    {
        string[] sharded =
        [
            "config.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json",
        ];
        Assert.Equal(sharded, HubFileNames.Choose("o/n", sharded));
        Assert.Equal(["config.json", "model.safetensors"], HubFileNames.Choose("o/n", [.. sharded, "model.safetensors"]));
    }

    [Fact]
    public void OnlyWhatTheEngineReadsIsChosen()
    {
        string[] wanted =
        [
            "1_Pooling/config.json",
            "2_Dense/config.json",
            "2_Dense/model.safetensors",
            "README.md",
            "config.json",
            "config_sentence_transformers.json",
            "merges.txt",
            "model.safetensors",
            "modules.json",
            "preprocessor_config.json",
            "sentence_bert_config.json",
            "sentencepiece.bpe.model",
            "special_tokens_map.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "vocab.json",
            "vocab.txt",
        ];
        string[] needless =
        [
            ".gitattributes",
            "data_config.json",
            "train_script.py",
            "rust_model.ot",
            "tf_model.h5",
            "pytorch_model.bin",
            "onnx/config.json",
            "onnx/model.onnx",
            "openvino/model.xml",
            "2_Dense/pytorch_model.bin",
            "assets/README.md",
            "model.fp16.safetensors",
        ];
        Assert.Equal(wanted, HubFileNames.Choose("o/n", [.. needless, .. wanted]));
    }

    public void Dispose() => _bench.Dispose();

    /// <summary>Sends everyone elsewhere once, and writes down who came with which token.</summary>
    private sealed class Stub(string target) : HttpMessageHandler
    {
        public List<string?> Sent { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Sent.Add(request.Headers.Authorization?.ToString());
            var answer = new HttpResponseMessage(Sent.Count == 1 ? System.Net.HttpStatusCode.Found : System.Net.HttpStatusCode.OK);
            answer.Headers.Location = new Uri(target);
            return Task.FromResult(answer);
        }
    }
}
