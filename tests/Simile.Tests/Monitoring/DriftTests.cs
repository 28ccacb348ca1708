using Simile.Caching;
using Simile.Monitoring;
using Simile.Tests.Caching;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Tests.Monitoring;

public sealed class DriftTests : IDisposable
{
    private static readonly string[] Sample =
    [
        "The harbour froze.",
        "Bread rises slowly.",
        "A violin needs strings.",
        "Rivers bend.",
        "The engine stalled.",
        "Paper burns.",
    ];
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task TheSameModelHasNotDrifted()
    {
        var check = await CheckOf("simile-text-mini");
        (await check.CaptureAsync(Sample)).Save(_folder.File("base.safetensors"));
        var baseline = DriftBaseline.Load(_folder.File("base.safetensors"));
        var report = await check.CompareAsync(baseline, [.. Sample.Reverse(), "unknown to it"]);
        Assert.Equal((6, 1, 0, true, false), (report.Compared, report.Unknown, report.Failed, report.SameRecipe, report.HasDrifted));
        Assert.Equal(1, report.LowestCosine, 1e-6);
    }

    [Fact]
    public async Task OtherVectorsHaveDrifted()
    {
        var then = new DriftCheck<string>(new CountingEmbedder(), new TextKey());
        var baseline = await then.CaptureAsync(["a", "b", "bad", "c"]);
        Assert.Equal(3, baseline.Keys.Count);
        var changed = new CountingEmbedder { Recipe = EmbeddingRecipe.Of(("network", "other")), Before = (_, _) => Task.CompletedTask };
        var now = new DriftCheck<string>(new SwappingEmbedder(changed), new TextKey());
        var report = await now.CompareAsync(baseline, ["a", "b", "c"]);
        Assert.False(report.SameRecipe);
        Assert.True(report.HasDrifted && report.LowestCosine < 0.999 && report.MeanCosine >= report.LowestCosine);
        Assert.True((await then.CompareAsync(baseline, ["nothing of it"])).HasDrifted);
    }

    [Fact]
    public async Task OtherInputsHaveDriftedAndAlikeOnesHaveNot()
    {
        await using var embedder = await TextEmbedder.LoadAsync(RepositoryRoot.Find("models", "simile-text-mini"));
        var check = new DriftCheck<string>(embedder, new TextKey());
        string[] cooking =
        [
            "Boil the pasta with salt.",
            "Fry the onions in butter.",
            "Bake the bread for an hour.",
            "Simmer the soup with carrots.",
            "Roast the potatoes with oil.",
            "Boil the potatoes with salt.",
            "Bake the potatoes in butter.",
        ];
        string[] alike = ["Fry the potatoes with butter.", "Boil the carrots with salt.", "Roast the onions for an hour."];
        string[] other = ["The parliament voted on taxes.", "Quarterly revenue fell again.", "The goalkeeper saved a penalty."];
        var baseline = await check.CaptureAsync(cooking);
        var (same, different) = (
            check.CompareInputs(baseline, await embedder.EmbedAsync(alike)),
            check.CompareInputs(baseline, await embedder.EmbedAsync(other))
        );
        Assert.False(same.HasDrifted);
        Assert.True(different.HasDrifted && different.Nearest < same.Nearest && different.CentreCosine < same.CentreCosine);
        Assert.Equal(3, different.Compared);
    }

    [Fact]
    public async Task WhatCannotBeComparedIsAnError()
    {
        var check = new DriftCheck<string>(new CountingEmbedder(), new TextKey());
        var baseline = await (await CheckOf("simile-text-mini")).CaptureAsync(Sample);
        Assert.Equal(
            ErrorCode.SpaceMismatch,
            (await Assert.ThrowsAsync<SimileException>(() => check.CompareAsync(baseline, Sample).AsTask())).Code
        );
        Assert.Equal(ErrorCode.PathNotFound, Assert.Throws<SimileException>(() => DriftBaseline.Load(_folder.File("none"))).Code);
        await File.WriteAllTextAsync(_folder.File("bad"), "no safetensors");
        Assert.Equal(ErrorCode.BadVectorFile, Assert.Throws<SimileException>(() => DriftBaseline.Load(_folder.File("bad"))).Code);
        Assert.Equal(
            ErrorCode.BadVectorFile,
            Assert
                .Throws<SimileException>(() => DriftBaseline.Load(RepositoryRoot.Find("models", "simile-text-mini", "model.safetensors")))
                .Code
        );
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<DriftCheck<string>> CheckOf(string model) =>
        new(await TextEmbedder.LoadAsync(RepositoryRoot.Find("models", model)), new TextKey());

    /// <summary>Gives each input the vector of the next one.</summary>
    private sealed class SwappingEmbedder(CountingEmbedder inner) : IEmbedder<string>
    {
        public EmbeddingSpace Space => inner.Space;

        public EmbeddingRecipe Recipe => inner.Recipe;

        public ValueTask<EmbeddingBatch> EmbedAsync(
            IReadOnlyList<string> inputs,
            EmbedOptions? options = null,
            CancellationToken cancellationToken = default
        ) => inner.EmbedAsync([.. inputs.Skip(1), inputs[0]], options, cancellationToken);
    }
}
