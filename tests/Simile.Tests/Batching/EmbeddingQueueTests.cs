using Simile.Batching;

namespace Simile.Tests.Batching;

/// <summary>The queue of the guide: add, then process.</summary>
public sealed class EmbeddingQueueTests
{
    [Fact]
    public async Task WhatWasAddedIsProcessedInOrder()
    {
        var model = new FakeEmbedder();
        var queue = new EmbeddingQueue<string>(model);
        var tickets = ((string[])["a", string.Empty, "c"]).Select(queue.Add).ToList();
        Assert.Equal(3, queue.Count);
        var batch = await queue.ProcessAsync();
        Assert.Equal(["a", string.Empty, "c"], Assert.Single(model.Calls));
        Assert.Equal(batch[2].ToArray(), (await tickets[2].Vector).ToArray());
        Assert.Equal(ErrorCode.EmptyText, (await Assert.ThrowsAsync<SimileException>(() => tickets[1].Vector)).Code);
        Assert.Empty(await queue.ProcessAsync());
    }

    [Fact]
    public async Task WhatCouldNotBeProcessedWaitsAgain()
    {
        var model = new FakeEmbedder { Throws = _ => new IOException("gone") };
        var queue = new EmbeddingQueue<string>(model);
        var ticket = queue.Add("a");
        await Assert.ThrowsAsync<IOException>(async () => await queue.ProcessAsync());
        model.Throws = _ => null;
        queue.Add("b");
        Assert.Equal(2, (await queue.ProcessAsync()).Count);
        Assert.Equal(FakeEmbedder.Width, (await ticket.Vector).Length);
    }

    [Fact]
    public void AFullQueueRefuses()
    {
        var queue = new EmbeddingQueue<string>(new FakeEmbedder(), capacity: 1);
        queue.Add("a");
        Assert.Equal(ErrorCode.QueueFull, Assert.Throws<SimileException>(() => queue.Add("b")).Code);
    }
}
