using System.Net;
using System.Text;
using Simile.Hosting;
using Simile.Server.Program;

namespace Simile.Server.Tests;

/// <summary>Who is let in, and how much is taken.</summary>
public sealed class LimitTests
{
    private const string Route = "/v1/embeddings";
    private const string Key = "a-key-of-many-letters";
    private const string Body = """{"input":"a cat"}""";

    [Fact]
    public async Task AKeyIsAskedForWhereThereIsOne()
    {
        await using var server = await RunningServer.StartAsync((_, options) => options.Keys = ["another-key-of-letters", Key]);
        foreach (var header in ((string, string)[])[("Authorization", "Bearer " + Key), ("api-key", Key), ("x-api-key", Key)])
        {
            await server.AskAsync(Route, Body, header);
        }

        foreach (
            var header in ((string, string)[])[("Authorization", "Bearer "), ("Authorization", "Bearer " + Key + "x"), ("api-key", "x")]
        )
        {
            var error = Read.Error(await server.RefusedAsync(401, Route, Body, header));
            Assert.Equal("invalid_api_key", Read.Text(error, "code"));
            Assert.DoesNotContain(Key, Read.Text(error, "message"), StringComparison.Ordinal);
        }

        await server.RefusedAsync(401, Route, Body);
    }

    [Theory]
    [InlineData("evil.example", 403)]
    [InlineData("127.0.0.1.evil.example", 403)]
    [InlineData("169.254.169.254", 403)]
    [InlineData("localhost", 200)]
    [InlineData("simile.localhost:80", 200)]
    [InlineData("127.0.0.1:9", 200)]
    [InlineData("[::1]", 200)]
    public async Task WithoutKeysOnlyNamesOfThisMachineAreAnswered(string host, int status)
    {
        await using var server = await RunningServer.StartAsync();
        using var answer = await server.PostAsync(Route, Body, ("Host", host));
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("https://notes.example", 200)]
    public async Task ScriptsOfOtherPagesAreRefused(string origin, int status)
    {
        await using var server = await RunningServer.StartAsync((_, options) => options.Origins = ["https://notes.example/"]);
        using var answer = await server.PostAsync(Route, Body, ("Origin", origin));
        Assert.Equal(status, (int)answer.StatusCode);
        using var own = await server.PostAsync(Route, Body, ("Origin", server.Address.GetLeftPart(UriPartial.Authority)));
        Assert.Equal(200, (int)own.StatusCode);
    }

    [Fact]
    public async Task NamesThatWereAllowedAreTheOnlyOnes()
    {
        await using var server = await RunningServer.StartAsync((_, options) => options.Hosts = ["simile.example"]);
        using var known = await server.PostAsync(Route, Body, ("Host", "simile.example"));
        using var other = await server.PostAsync(Route, Body, ("Host", "localhost"));
        Assert.Equal((200, 403), ((int)known.StatusCode, (int)other.StatusCode));
    }

    [Fact]
    public async Task NobodyListensOnTheNetworkWithoutAKeyByMistake()
    {
        var error = await Assert.ThrowsAsync<SimileException>(() =>
            SimileServer.StartAsync(
                SimileHost.OfThisMachine(),
                (settings, _) => (settings.Host, settings.Port) = ("*", 0),
                TestContext.Current.CancellationToken
            )
        );
        Assert.Equal(ErrorCode.ServerNeedsKey, error.Code);
    }

    [Fact]
    public async Task OverTheNetworkAKeyLetsIn()
    {
        await using var server = await SimileServer.StartAsync(
            SimileHost.OfThisMachine(),
            (settings, options) => (settings.Host, settings.Port, options.Keys) = ("*", 0, [Key]),
            TestContext.Current.CancellationToken
        );
        using var client = new HttpClient { BaseAddress = new Uri($"http://{NetworkAddress()}:{new Uri(server.Address).Port}") };
        using var content = new StringContent(Body, Encoding.UTF8, "application/json");
        using var without = await client.PostAsync(Route, content, TestContext.Current.CancellationToken);
        client.DefaultRequestHeaders.Add("api-key", Key);
        using var with = await client.PostAsync(Route, content, TestContext.Current.CancellationToken);
        Assert.Equal((401, 200), ((int)without.StatusCode, (int)with.StatusCode));
    }

    [Fact]
    public async Task APortThatIsTakenIsSaid()
    {
        await using var first = await RunningServer.StartAsync();
        var error = await Assert.ThrowsAsync<SimileException>(() =>
            RunningServer.StartAsync((settings, _) => settings.Port = first.Address.Port)
        );
        Assert.Equal(ErrorCode.AddressUnavailable, error.Code);
        Assert.Contains($"port {first.Address.Port}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TooMuchIsRefusedWithItsLimit()
    {
        await using var server = await RunningServer.StartAsync(
            (_, options) => (options.MaxBodyBytes, options.MaxTokens) = (1 << 20, 1000)
        );
        var many = "{\"input\":[" + string.Join(',', Enumerable.Repeat("\"a\"", 100_000)) + "]}";
        await RefusedAsync(server, many, "100000 inputs, and 2048 are the most");
        await RefusedAsync(server, $"{{\"input\":\"{new string('a', 10_000_000)}\"}}", "over 1048576 bytes");
        await RefusedAsync(server, $"{{\"input\":\"{string.Join(' ', Enumerable.Repeat("cat", 1001))}\"}}", "over 1000 tokens");
        await server.AskAsync(Route, $"{{\"input\":\"{string.Join(' ', Enumerable.Repeat("cat", 999))}\"}}");
    }

    [Fact]
    public async Task ABodyOfUnknownLengthIsBoundedToo()
    {
        await using var server = await RunningServer.StartAsync((_, options) => options.MaxBodyBytes = 1 << 16);
        using var content = new StreamContent(new MemoryStream(new byte[1 << 20]));
        using var request = new HttpRequestMessage(HttpMethod.Post, Route) { Content = content };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(413, (int)answer.StatusCode);
    }

    [Fact]
    public async Task AnswersTellNoPathOfThisMachine()
    {
        await using var server = await RunningServer.StartAsync();
        var models = await server.Client.GetStringAsync("/v1/models", TestContext.Current.CancellationToken);
        Assert.DoesNotContain(RepositoryRoot.Find(), models, StringComparison.Ordinal);
        using var answer = await server.PostAsync(Route, "{\"input\":\"a\",\"model\":\"/etc/passwd\"}");
        Assert.Equal(404, (int)answer.StatusCode);
    }

    private static async Task RefusedAsync(RunningServer server, string body, string message)
    {
        var error = Read.Error(await server.RefusedAsync(413, Route, body));
        Assert.Equal("SIM804", Read.Text(error, "code"));
        Assert.Contains(message, Read.Text(error, "message"), StringComparison.Ordinal);
    }

    private static IPAddress NetworkAddress() =>
        Dns.GetHostAddresses(Dns.GetHostName())
            .FirstOrDefault(address =>
                address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && !IPAddress.IsLoopback(address)
            )
        ?? IPAddress.Loopback;
}
