using System.Globalization;
using Simile.Batching;

namespace Simile.Server.Tests;

/// <summary>What becomes of requests when there is too much to do, and of those that nobody waits for.</summary>
public sealed class OverloadTests
{
    private static readonly BatchingOptions OneByOne = new() { Workers = 1, BatchInputs = 1 };

    [Fact]
    public async Task WhoWaitsTooLongIsToldWhenToComeAgain()
    {
        await using var server = await HostedServer.StartAsync(OneByOne, options => options.MaxWait = TimeSpan.FromMilliseconds(300));
        server.Generator.IsHolding = true;
        using var answer = await server.PostAsync("a cat", TestContext.Current.CancellationToken);
        Assert.Equal(429, (int)answer.StatusCode);
        var error = Read.Error(
            System.Text.Json.JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
        );
        Assert.Equal("rate_limit_exceeded", Read.Text(error, "code"));
        Assert.True(int.Parse(answer.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture) >= 1);
        Assert.False(answer.Headers.Contains("x-should-retry"));
    }

    [Fact]
    public async Task AFullQueueRefusesAtOnce()
    {
        await using var server = await HostedServer.StartAsync(OneByOne with { QueueCapacity = 1 }, _ => { });
        server.Generator.IsHolding = true;
        var first = server.PostAsync("first", TestContext.Current.CancellationToken);
        await server.Generator.BegunAsync();
        var second = server.PostAsync("second", TestContext.Current.CancellationToken);
        var third = server.PostAsync("third", TestContext.Current.CancellationToken);
        using var refused = await await Task.WhenAny(second, third);
        Assert.Equal(429, (int)refused.StatusCode);
        Assert.True(refused.Headers.Contains("retry-after-ms"));
        server.Generator.Release();
        Assert.Equal([200, 200, 429], (await Task.WhenAll(first, second, third)).Select(answer => (int)answer.StatusCode).Order());
    }

    [Fact]
    public async Task MoreRequestsThanPlacesWaitTheirTurn()
    {
        await using var server = await HostedServer.StartAsync(
            OneByOne,
            options => (options.MaxRequests, options.MaxWait) = (1, TimeSpan.FromSeconds(1))
        );
        server.Generator.IsHolding = true;
        var first = server.PostAsync("first", TestContext.Current.CancellationToken);
        await server.Generator.BegunAsync();
        using var second = await server.PostAsync("second", TestContext.Current.CancellationToken);
        Assert.Equal(429, (int)second.StatusCode);
        using var live = await server.Client.GetAsync("/health/live", TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)live.StatusCode);
        using var _ = await first;
    }

    [Fact]
    public async Task ClientsThatHangUpTakeTheirWorkWithThem()
    {
        await using var server = await HostedServer.StartAsync(OneByOne, _ => { });
        server.Generator.IsHolding = true;
        var first = server.PostAsync("first", TestContext.Current.CancellationToken);
        await server.Generator.BegunAsync();
        using var leaving = new CancellationTokenSource();
        var others = Enumerable.Range(0, 200).Select(i => server.PostAsync($"text {i}", leaving.Token)).ToArray();
        await WaitingAsync(server, count => count >= 200);
        await leaving.CancelAsync();
        await Task.WhenAll(others.Select(other => Assert.ThrowsAnyAsync<OperationCanceledException>(() => other)));
        await WaitingAsync(server, count => count == 0);
        server.Generator.Release();
        using var answer = await first;
        using var last = await server.PostAsync("last", TestContext.Current.CancellationToken);
        Assert.Equal((200, 200), ((int)answer.StatusCode, (int)last.StatusCode));

        // The first, the last, and none of the two hundred.
        Assert.Equal(2, server.Generator.Texts);
    }

    private static async Task WaitingAsync(HostedServer server, Func<int, bool> isSo)
    {
        while (!isSo(await server.WaitingAsync()))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
