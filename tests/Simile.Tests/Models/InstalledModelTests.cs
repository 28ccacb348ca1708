using Simile.Images;
using Simile.Models;
using Simile.Text;

namespace Simile.Tests.Models;

/// <summary>Models by their names, from the library.</summary>
public class InstalledModelTests
{
    [Fact]
    public async Task TheShippedModelsAreFoundByTheirNames()
    {
        await using var texts = await TextEmbedder.LoadInstalledAsync();
        await using var images = await ImageEmbedder.LoadInstalledAsync("simile-image-mini");
        Assert.Equal(texts.Space, images.Space);
    }

    [Fact]
    public async Task AFolderIsFoundToo()
    {
        await using var texts = await TextEmbedder.LoadInstalledAsync(RepositoryRoot.Find("models", ModelCatalog.DefaultModel));
        Assert.Equal(256, texts.Space.Dimensions);
    }

    [Fact]
    public async Task AnotherNameIsAnError()
    {
        var error = await Assert.ThrowsAsync<SimileException>(() => TextEmbedder.LoadInstalledAsync("nobody's"));
        Assert.Equal(ErrorCode.ModelNotFound, error.Code);
    }

    [Fact]
    public void WhereNoModelIsInstalledTheErrorSaysWhatBringsOne()
    {
        var error = Assert.Throws<SimileException>(() => new ModelCatalog([]).Resolve("simile-text-mini"));
        Assert.Equal(ErrorCode.ModelNotFound, error.Code);
        Assert.Contains("Simile.Models.Mini", error.Message, StringComparison.Ordinal);
    }
}
