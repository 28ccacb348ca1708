using System.Collections;
using System.Text.Json.Nodes;
using Simile.Engine.Threads;
using Simile.Images;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Tests.Text;

/// <summary>Numbers of the caller's own that nobody can have: a code and both values, nothing taken first.</summary>
public class HugeOptionTests
{
    private static readonly string Model = RepositoryRoot.Find("models", "simile-text-mini");

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1025)]
    [InlineData(100_000)]
    [InlineData(int.MaxValue)]
    public async Task ThreadsHaveALimit(int threads)
    {
        var bert = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "encoders", "bert");
        foreach (
            var load in (Func<Task>[])
                [
                    () => TextEmbedder.LoadAsync(Model, new TextEmbedderOptions { Threads = threads }),
                    () => TextEmbedder.LoadAsync(bert, new TextEmbedderOptions { Threads = threads }),
                    () =>
                        ImageEmbedder.LoadAsync(
                            RepositoryRoot.Find("models", "simile-image-mini"),
                            new ImageEmbedderOptions { Threads = threads }
                        ),
                    () => Task.Run(() => new WorkerTeam(threads)),
                ]
        )
        {
            var error = await Assert.ThrowsAsync<SimileException>(load);
            Assert.Equal(ErrorCode.InvalidOption, error.Code);
            Assert.Contains($"{threads}", error.Message);
            Assert.Contains("1024", error.Message);
        }
    }

    [Fact]
    public async Task MoreVectorsThanAnArrayHoldsAreRefused()
    {
        await using var embedder = await TextEmbedder.LoadAsync(Model);
        var error = await Assert.ThrowsAsync<SimileException>(async () => await embedder.EmbedAsync(new SameTexts(50_000_000)));
        Assert.Equal(ErrorCode.InvalidOption, error.Code);
        Assert.Contains("50000000 inputs of 256 values are 12800000000 values", error.Message);
    }

    [Theory]
    [InlineData("embeddinggemma")]
    [InlineData("modernbert")]
    public async Task LayersWithoutNumberAreRefused(string name)
    {
        using var folder = new TemporaryFolder();
        var source = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "encoders", name);
        foreach (var path in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = folder.File(Path.GetRelativePath(source, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }

        var config = JsonNode.Parse(await File.ReadAllTextAsync(folder.File("config.json")))!;
        config["num_hidden_layers"] = 90_000_000;
        config.AsObject().Remove("layer_types");
        await File.WriteAllTextAsync(folder.File("config.json"), config.ToJsonString());
        var error = await Assert.ThrowsAsync<SimileException>(() => TextEmbedder.LoadAsync(folder.Path));
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
        Assert.Contains("90000000 layers", error.Message);
    }

    [Fact]
    public async Task AHugeLimitOfTokensIsNoLimit()
    {
        await using var embedder = await TextEmbedder.LoadAsync(Model);
        var (all, huge) = (
            await embedder.EmbedAsync(["one two three"]),
            await embedder.EmbedAsync(["one two three"], new EmbedOptions { MaxTokens = int.MaxValue })
        );
        Assert.Equal(all[0].ToArray(), huge[0].ToArray());
        var error = await Assert.ThrowsAsync<SimileException>(async () =>
            await embedder.EmbedAsync(["one"], new EmbedOptions { Dimensions = int.MaxValue })
        );
        Assert.Equal(ErrorCode.UnsupportedDimensions, error.Code);
    }

    private sealed class SameTexts(int count) : IReadOnlyList<string>
    {
        public int Count => count;

        public string this[int index] => "one";

        public IEnumerator<string> GetEnumerator() => Enumerable.Repeat("one", count).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
