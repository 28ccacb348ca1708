using Simile.Tokenization;
using Simile.Tokenization.Patterns;

namespace Simile.Tests.Tokenization;

/// <summary>After one huge text nothing of its size stays: whoever wants as much again has to allocate it again.</summary>
public class HugeTextTests
{
    private const int Huge = 1 << 22;

    [Fact]
    public void ABufferOfTokensIsDroppedAndAUsualOneKept()
    {
        var buffer = new TokenBuffer();
        Fill(buffer, 200_000);
        var usual = buffer.Capacity;
        buffer.Clear();
        Assert.Equal((0, usual), (buffer.Count, buffer.Capacity));
        Fill(buffer, 15_000_000);
        buffer.Clear();
        Assert.Equal((0, true), (buffer.Count, buffer.Capacity <= 256));
        Fill(buffer, 3);
        Assert.Equal([0, 1, 2], buffer.Ids.ToArray());
    }

    // One word of four million letters is spelled out with a place for each.
    [Fact]
    public void ABufferOfAWordIsDropped()
    {
        var tokenizer = TokenizerFile.Load(RepositoryRoot.Find("models", "simile-text-mini", "tokenizer.json"));
        var tokens = new TokenBuffer();
        var word = new string('a', Huge - 1) + "\u00E9";
        Assert.InRange(AllocatedBy(() => tokenizer.Tokenize(word, tokens)), Huge, long.MaxValue);
        Assert.InRange(AllocatedBy(() => tokenizer.Tokenize(word, tokens)), Huge, long.MaxValue);
        tokenizer.Tokenize("a usual text", tokens);
        Assert.InRange(AllocatedBy(() => tokenizer.Tokenize("a usual text", tokens)), 0, 10_000);
    }

    [Fact]
    public void AShadowIsDropped()
    {
        var pattern = new RegexPattern("[a-z]+");
        var text = new string('a', Huge) + "\U0001F600";
        for (var i = 0; i < 2; i++)
        {
            Assert.InRange(AllocatedBy(() => pattern.Find(text, [])), Huge, long.MaxValue);
        }
    }

    private static long AllocatedBy(Action work)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Fill(TokenBuffer buffer, int count)
    {
        for (var i = 0; i < count; i++)
        {
            buffer.Add(i, i, i + 1);
        }
    }
}
