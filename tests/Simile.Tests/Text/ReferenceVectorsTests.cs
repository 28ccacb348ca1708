using System.Text.Json;
using Simile.Text;

namespace Simile.Tests.Text;

public class ReferenceVectorsTests
{
    private static readonly string Model = RepositoryRoot.Find("models", "simile-text-mini");

    /// <summary>From text to vector against Hugging Face's tokenizer and numpy (tests/reference/static_text.py).</summary>
    [Fact]
    public async Task VectorsAreThoseOfTheReference()
    {
        using var cases = JsonDocument.Parse(
            File.ReadAllBytes(RepositoryRoot.Find("tests", "Simile.Tests", "Text", "expected-vectors.json"))
        );
        var texts = cases.RootElement.EnumerateArray().Select(entry => entry.GetProperty("text").GetString()!).ToArray();
        var batch = await (await TextEmbedder.LoadAsync(Model)).EmbedAsync(texts);
        Assert.True(texts.Length >= 10);
        for (var i = 0; i < texts.Length; i++)
        {
            var expected = cases.RootElement[i].GetProperty("vector").EnumerateArray().Select(value => value.GetSingle()).ToArray();
            Assert.All(expected.Zip(batch[i].ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        }
    }

    [Fact]
    public async Task NothingIsAllocatedPerToken()
    {
        // Short enough to be embedded on this thread, whose allocations are counted.
        var embedder = await TextEmbedder.LoadAsync(Model, new TextEmbedderOptions { Threads = 1 });
        string[] few = ["one two"],
            many = [string.Join(' ', Enumerable.Repeat("unaffable, naïve words", 700))];
        await embedder.EmbedAsync(many);
        // Not to the byte: code that is compiled anew in between may keep an object on the stack that was on the heap.
        var tokens = (await embedder.EmbedAsync(many)).Outcomes[0].TokensUsed;
        Assert.InRange(await AllocatedAsync(embedder, many) - await AllocatedAsync(embedder, few), -tokens / 2, tokens / 2);
    }

    private static async Task<long> AllocatedAsync(TextEmbedder embedder, string[] texts)
    {
        await embedder.EmbedAsync(texts);
        var before = GC.GetAllocatedBytesForCurrentThread();
        await embedder.EmbedAsync(texts);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
