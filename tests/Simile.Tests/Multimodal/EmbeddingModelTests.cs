using Simile.Hub;
using Simile.Models;

namespace Simile.Tests.Multimodal;

/// <summary>The one door: whatever a folder or name holds, and what happens where two halves do not belong together.</summary>
public sealed class EmbeddingModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("models/simile-text-mini", null, Modality.Text)]
    [InlineData("models/simile-text-mini", Modality.Text | Modality.Image, Modality.Text | Modality.Image)]
    [InlineData("models/simile-image-mini", null, Modality.Image)]
    [InlineData("models/simile-image-mini", Modality.Text, Modality.Text)]
    [InlineData("tests/Simile.Tests/Reference/clip/legacy", null, Modality.Text | Modality.Image)]
    [InlineData("tests/Simile.Tests/Reference/clip/legacy", Modality.Text, Modality.Text)]
    [InlineData("tests/Simile.Tests/Reference/encoders/bert", null, Modality.Text)]
    [InlineData("tests/Simile.Tests/Reference/vision/dinov2", null, Modality.Image)]
    public async Task AFolderGivesWhatItEmbedsAndWhatIsNeeded(string folder, Modality? needs, Modality expected)
    {
        await using var model = await EmbeddingModel.OpenAsync(
            RepositoryRoot.Find(folder.Split('/')),
            new EmbeddingModelOptions { Needs = needs, Threads = 1 },
            Token
        );
        Assert.Equal(expected, model.Modality);
        Assert.Equal(
            (expected.HasFlag(Modality.Text), expected.HasFlag(Modality.Image)),
            (model.Texts is not null, model.Images is not null)
        );
        Assert.Equal(model.Space, model.Embedder.Space);
        Assert.Equal(
            model.Texts is null ? ErrorCode.UnsupportedModality : null,
            (await model.Embedder.EmbedAsync(["ba be"], null, Token)).Outcomes[0].Error?.Code
        );
    }

    [Fact]
    public async Task ATextAndAPictureOfTheShippedModelsLieInOneSpace()
    {
        await using var model = await EmbeddingModel.OpenAsync(
            options: new EmbeddingModelOptions { Needs = Modality.Text | Modality.Image },
            cancellationToken: Token
        );
        var picture = Content.Of(ImageInput.FromFile(RepositoryRoot.Find("samples", "pictures", "pizza.jpg")));
        var batch = await model.Embedder.EmbedAsync([picture, "a pizza", "a soccer ball"], null, Token);
        Assert.True(Similarity.Cosine(batch[0], batch[1]) > Similarity.Cosine(batch[0], batch[2]));
    }

    [Fact]
    public async Task NoOtherInstalledModelIsReadForATextModel()
    {
        Install("simile-text-mini");
        Directory.CreateDirectory(_folder.File("broken"));
        await File.WriteAllTextAsync(_folder.File("broken", "config.json"), "no JSON", Token);
        var models = new ModelLocator(new ModelCatalog([_folder.Path]), new HubCache(_folder.File("hub")));
        await using var texts = await EmbeddingModel.OpenAsync("simile-text-mini", new EmbeddingModelOptions { Models = models }, Token);
        Assert.Equal(Modality.Text, texts.Modality);

        // Where a partner is looked for, the broken one is passed over.
        var error = await Assert.ThrowsAsync<SimileException>(() =>
            EmbeddingModel.OpenAsync("simile-text-mini", new EmbeddingModelOptions { Models = models, Needs = Modality.Image }, Token)
        );
        Assert.Equal(ErrorCode.UnsupportedModality, error.Code);
        Install("simile-image-mini");
        await using var both = await EmbeddingModel.OpenAsync(
            "simile-text-mini",
            new EmbeddingModelOptions { Models = models, Needs = Modality.Text | Modality.Image },
            Token
        );
        Assert.NotNull(both.Images);
    }

    [Fact]
    public async Task AnAlignmentWithoutOneOfItsModelsSaysWhereThatIsAndEmbedsTheRest()
    {
        Install("simile-text-mini");
        Install("simile-resnet-18");
        var models = new ModelLocator(new ModelCatalog([_folder.Path]), new HubCache(_folder.File("hub")));
        var error = await Assert.ThrowsAsync<SimileException>(() =>
            EmbeddingModel.OpenAsync("simile-resnet-18", new EmbeddingModelOptions { Models = models }, Token)
        );
        Assert.Equal(ErrorCode.ModelNotFound, error.Code);
        Assert.Contains("simile-resnet-18 puts the image vectors of 'resnet-18-cntk'", error.Message, StringComparison.Ordinal);
        Assert.Contains("pull nuget:Microsoft.ML.DnnImageFeaturizer.ResNet18'", error.Message, StringComparison.Ordinal);

        var ofTexts = new EmbeddingModelOptions { Models = models, Needs = Modality.Text };
        await using var texts = await EmbeddingModel.OpenAsync("simile-resnet-18", ofTexts, Token);
        var batch = await texts.Embedder.EmbedAsync(["a sunflower", "sunflower"], null, Token);
        Assert.InRange(Similarity.Cosine(batch[0], batch[1]), 0.9, 1.0001);

        // Who gives no source is sent where any missing model is looked for.
        await File.WriteAllTextAsync(
            _folder.File("simile-resnet-18", "config.json"),
            """{"model_type": "simile-alignment", "text_model": "simile-text-mini", "image_model": "nobody/nothing"}""",
            Token
        );
        var unknown = await Assert.ThrowsAsync<SimileException>(() =>
            EmbeddingModel.OpenAsync("simile-resnet-18", new EmbeddingModelOptions { Models = models }, Token)
        );
        Assert.Equal(ErrorCode.ModelNotFound, unknown.Code);
        Assert.Contains("models pull nobody/nothing", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HalvesOfTwoSpacesAreRefusedAndFreed()
    {
        Copy(RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "encoders", "bert"), _folder.File("texts"));
        var images = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "vision", "dinov2");
        var options = new EmbeddingModelOptions
        {
            Needs = Modality.Text | Modality.Image,
            ImageModel = images,
            Threads = 1,
        };
        var error = await Assert.ThrowsAsync<SimileException>(() => EmbeddingModel.OpenAsync(_folder.File("texts"), options, Token));
        Assert.Equal(ErrorCode.SpaceMismatch, error.Code);
        if (OperatingSystem.IsLinux())
        {
            // A transformer of texts keeps its checkpoint mapped until it is disposed.
            Assert.DoesNotContain(_folder.Path, await File.ReadAllTextAsync("/proc/self/maps", Token), StringComparison.Ordinal);
            await using var open = await TextEmbedder.LoadAsync(_folder.File("texts"), null, Token);
            Assert.Contains(_folder.Path, await File.ReadAllTextAsync("/proc/self/maps", Token), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("no-such-model", ErrorCode.ModelNotFound)]
    [InlineData("", null)]
    public async Task WhatIsNoModelIsSaid(string name, string? code)
    {
        if (code is null)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => EmbeddingModel.OpenAsync(name, null, Token));
            return;
        }

        Assert.Equal(code, (await Assert.ThrowsAsync<SimileException>(() => EmbeddingModel.OpenAsync(name, null, Token))).Code);
    }

    [Fact]
    public async Task AnEmptyFolderHoldsNoModel() =>
        Assert.Equal(
            ErrorCode.ModelNotFound,
            (await Assert.ThrowsAsync<SimileException>(() => EmbeddingModel.OpenAsync(_folder.Path, null, Token))).Code
        );

    public void Dispose() => _folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private void Install(string name) => Copy(RepositoryRoot.Find("models", name), _folder.File(name));

    private static void Copy(string source, string target)
    {
        foreach (var path in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }
    }
}
