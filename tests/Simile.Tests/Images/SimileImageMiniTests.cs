using Simile.Images;
using Simile.Models;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Tests.Images;

/// <summary>The shipped image model. Its golden vectors are PyTorch's (training/simile-image-mini/export.py).</summary>
public class SimileImageMiniTests
{
    private static readonly string Images = RepositoryRoot.Find("models", "simile-image-mini");
    private static readonly string Texts = RepositoryRoot.Find("models", "simile-text-mini");

    [Fact]
    public async Task ItsVectorsAreThoseOfPyTorch()
    {
        var verification = await ImageModelVerifier.VerifyAsync(ModelFolder.Open(Images), TestContext.Current.CancellationToken);
        Assert.True(verification.HasGolden);
        Assert.InRange(verification.LargestDifference, 0, 1e-5f);
    }

    [Fact]
    public async Task ItsPicturesShareTheSpaceOfTheShippedTexts()
    {
        await using var images = await ImageEmbedder.LoadAsync(Images, null, TestContext.Current.CancellationToken);
        await using var texts = await TextEmbedder.LoadAsync(Texts, null, TestContext.Current.CancellationToken);
        Assert.Equal(texts.Space, images.Space);
    }

    [Fact]
    public void ItIsSmallEnoughToShip() => Assert.InRange(Directory.GetFiles(Images).Sum(path => new FileInfo(path).Length), 1, 12_000_000);

    [Theory]
    [InlineData("sunflower.jpg", "a sunflower")]
    [InlineData("butterfly.webp", "a butterfly")]
    [InlineData("soccer-ball.jpg", "a soccer ball")]
    [InlineData("pyramids.jpg", "a pyramid")]
    [InlineData("sailboat.jpg", "a sailing boat")]
    [InlineData("starfish.webp", "a starfish")]
    [InlineData("yin-yang.png", "yin and yang")]
    [InlineData("stop-sign.png", "a stop sign")]
    [InlineData("pizza.jpg", "a pizza")]
    [InlineData("umbrella.png", "an umbrella")]
    [InlineData("strawberry.jpg", "a strawberry")]
    [InlineData("chair.png", "a chair")]
    public async Task EachSamplePictureIsTheNearestToItsName(string file, string query)
    {
        var files = Directory.GetFiles(RepositoryRoot.Find("samples", "pictures")).Order(StringComparer.Ordinal).ToList();
        await using var images = await ImageEmbedder.LoadAsync(Images, null, TestContext.Current.CancellationToken);
        await using var texts = await TextEmbedder.LoadAsync(Texts, null, TestContext.Current.CancellationToken);
        var pictures = await images.EmbedAsync(
            [.. files.Select(path => ImageInput.FromFile(path))],
            null,
            TestContext.Current.CancellationToken
        );
        var wanted = await texts.EmbedAsync([query], null, TestContext.Current.CancellationToken);
        var nearest = files.Index().MaxBy(entry => Similarity.Cosine(wanted[0], pictures[entry.Index])).Item;
        Assert.Equal(file, Path.GetFileName(nearest));
    }
}
