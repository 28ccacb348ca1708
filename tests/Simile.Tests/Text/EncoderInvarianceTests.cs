using System.Collections;
using Simile.Engine.Products;
using Simile.Text;

namespace Simile.Tests.Text;

/// <summary>A text's vector is the same, bit for bit, alone, in any batch, at any place, on any number of threads.</summary>
public class EncoderInvarianceTests
{
    private const int Batches = 12;
    private static readonly string[] Words = ["ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te"];

    public static TheoryData<string, ComputePrecision> Models
    {
        get
        {
            var data = new TheoryData<string, ComputePrecision>();
            foreach (
                var name in (string[])
                    [
                        "encoders/bert",
                        "encoders/mpnet",
                        "encoders/modernbert",
                        "encoders/nomic-bert",
                        "encoders/distilbert",
                        "clip/legacy",
                        "clip/module",
                        "clip/siglip",
                    ]
            )
            {
                foreach (var precision in Enum.GetValues<ComputePrecision>())
                {
                    data.Add(name, precision);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task BatchOrderAndThreadsNeverMatter(string name, ComputePrecision precision)
    {
        var random = new Random(11);
        var texts = Enumerable.Range(0, 60).Select(i => Draw(random, i % 10 == 0 ? 400 : random.Next(1, 40))).ToArray();
        var alone = new float[texts.Length][];
        await using (var one = await OpenAsync(name, precision, threads: 1))
        {
            for (var i = 0; i < texts.Length; i++)
            {
                alone[i] = (await one.EmbedAsync([texts[i]]))[0].ToArray();
            }
        }

        foreach (var threads in (int[])[1, 2, 3, 5])
        {
            await using var many = await OpenAsync(name, precision, threads);
            for (var batch = 0; batch < Batches; batch++)
            {
                var picked = Enumerable.Range(0, random.Next(1, 50)).Select(_ => random.Next(texts.Length)).ToArray();
                var vectors = await many.EmbedAsync(Array.ConvertAll(picked, i => texts[i]));
                for (var i = 0; i < picked.Length; i++)
                {
                    Assert.True(
                        vectors[i].SequenceEqual(alone[picked[i]]),
                        $"text {picked[i]} at place {i} of {picked.Length} on {threads} threads"
                    );
                }
            }
        }
    }

    [Fact]
    public async Task OneBadTextIsOneError()
    {
        await using var embedder = await OpenAsync("encoders/bert", ComputePrecision.Float32, threads: 2);
        var batch = await embedder.EmbedAsync(["ba de", "", "\uD800 x", "fi go"]);
        Assert.Equal([true, false, false, true], batch.Outcomes.ToArray().Select(outcome => outcome.Succeeded));
        Assert.Equal(ErrorCode.EmptyText, batch.Outcomes[1].Error!.Code);
        Assert.Equal(ErrorCode.InvalidUnicode, batch.Outcomes[2].Error!.Code);
    }

    [Fact]
    public async Task DisposingWhileOthersEmbedHarmsNobody()
    {
        var embedder = await OpenAsync("encoders/bert", ComputePrecision.Float32, threads: 2);
        var texts = Enumerable.Repeat(string.Join(' ', Enumerable.Repeat("ba de", 100)), 200).ToArray();
        var expected = (await embedder.EmbedAsync(texts[..1]))[0].ToArray();
        var callers = Enumerable
            .Range(0, 4)
            .Select(_ =>
                Task.Run(async () =>
                {
                    var batch = await embedder.EmbedAsync(texts);
                    Assert.All(Enumerable.Range(0, texts.Length), i => Assert.True(batch[i].SequenceEqual(expected)));
                })
            )
            .ToArray();
        await Task.Delay(20, TestContext.Current.CancellationToken);
        await embedder.DisposeAsync();
        foreach (var caller in callers)
        {
            var error = await Record.ExceptionAsync(() => caller);
            Assert.True(error is null or ObjectDisposedException, error?.ToString());
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await embedder.EmbedAsync(texts));
    }

    [Fact]
    public async Task CancellingEndsTheCall()
    {
        await using var embedder = await OpenAsync("encoders/bert", ComputePrecision.Float32, threads: 2);
        using var source = new CancellationTokenSource();
        var texts = new CancellingList([.. Enumerable.Repeat("ba de fi", 5_000)], source);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await embedder.EmbedAsync(texts, null, source.Token));
        Assert.True(texts.WasRead);
    }

    // Cancels when one of its texts is read: after the call began and before it can have ended, however fast the machine is.
    private sealed class CancellingList(string[] texts, CancellationTokenSource source) : IReadOnlyList<string>
    {
        public bool WasRead { get; private set; }

        public int Count => texts.Length;

        public string this[int index]
        {
            get
            {
                if (index == 10)
                {
                    WasRead = true;
                    source.Cancel();
                }

                return texts[index];
            }
        }

        public IEnumerator<string> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    [Fact]
    public async Task NothingIsCutInSilence()
    {
        await using var embedder = await OpenAsync("encoders/roberta", ComputePrecision.Float32, threads: 2);
        var batch = await embedder.EmbedAsync([string.Join(' ', Enumerable.Repeat("ba", 100)), "ba"]);
        Assert.Equal((102, 66, true), (batch.Outcomes[0].TokensSeen, batch.Outcomes[0].TokensUsed, batch.Outcomes[0].Truncated));
        Assert.Equal((3, 3, false), (batch.Outcomes[1].TokensSeen, batch.Outcomes[1].TokensUsed, batch.Outcomes[1].Truncated));
    }

    private static Task<TextEmbedder> OpenAsync(string name, ComputePrecision precision, int threads) =>
        TextEmbedder.LoadAsync(
            RepositoryRoot.Find("tests", "Simile.Tests", "Reference", name),
            new TextEmbedderOptions { Precision = precision, Threads = threads }
        );

    private static string Draw(Random random, int words) =>
        string.Join(' ', Enumerable.Range(0, words).Select(_ => Words[random.Next(Words.Length)]));
}
