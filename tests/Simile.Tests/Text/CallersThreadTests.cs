using Simile.Imaging;

namespace Simile.Tests.Text;

/// <summary>What is called Async leaves the caller's thread: these calls cannot end before the caller, who has them back, lets
/// them.</summary>
public class CallersThreadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("models", "simile-text-mini")]
    [InlineData("tests", "Simile.Tests", "Reference", "encoders", "bert")]
    public async Task TextsAreEmbeddedElsewhere(params string[] folder)
    {
        using var gate = new ManualResetEventSlim();
        string Wait(string text) => gate.Wait(Patience) ? text : throw new TimeoutException();
        await using var embedder = await TextEmbedder.LoadAsync(
            RepositoryRoot.Find(folder),
            new TextEmbedderOptions
            {
                Preprocess = Wait,
                PreprocessId = "wait/1",
                Threads = 1,
            },
            Token
        );
        List<string> texts = ["ba be", "ba be bi"];
        var call = embedder.EmbedAsync(texts, null, Token);
        Assert.False(call.IsCompleted);

        // What was handed over is the call's own.
        texts.Clear();
        gate.Set();
        var batch = await call;
        Assert.Equal(2, batch.Count);
        Assert.True(batch.Outcomes[0].Succeeded && batch.Outcomes[1].Succeeded);
    }

    [Fact]
    public async Task PicturesAreEmbeddedElsewhere()
    {
        using var gate = new ManualResetEventSlim();
        var options = new ImageEmbedderOptions { Threads = 1, Observe = _ => Assert.True(gate.Wait(Patience)) };
        await using var embedder = await ImageEmbedder.LoadAsync(RepositoryRoot.Find("models", "simile-image-mini"), options, Token);
        var call = embedder.EmbedAsync([ImageInput.FromFile(RepositoryRoot.Find("samples", "pictures", "chair.png"))], null, Token);
        Assert.False(call.IsCompleted);
        gate.Set();
        Assert.True((await call).Outcomes[0].Succeeded);
    }

    [Fact]
    public async Task AFewShortTextsOfAStaticModelAreDoneAtOnce()
    {
        await using var embedder = await TextEmbedder.LoadInstalledAsync(cancellationToken: Token);
        Assert.True(embedder.EmbedAsync(["a", "b"], null, Token).IsCompleted);
        await embedder.EmbedAsync([new string('a', 100_000)], null, Token);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
