using Simile.Hosting;
using Simile.Registry;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Cli.Tests;

/// <summary>A registry over the models of this machine.</summary>
public sealed class HostRegistryTests
{
    [Fact]
    public async Task AModelIsGotByItsIdAsWhatItIs()
    {
        await using var registry = SimileHost.OfThisMachine().OpenRegistry(new RegistryOptions());
        registry.RegisterModel("default", "simile-text-mini");
        await using (var texts = await registry.GetAsync<IEmbedder<string>>("default"))
        {
            Assert.IsType<TextEmbedder>(texts.Embedder);
            Assert.True((await texts.Embedder.EmbedAsync(["a river"])).Outcomes[0].Succeeded);
        }

        Assert.InRange(Assert.Single(registry.Embedders).Bytes, 1_000_000, 20_000_000);
    }

    [Fact]
    public async Task AModelThatIsNotThereIsNamed()
    {
        await using var registry = SimileHost.OfThisMachine().OpenRegistry(new RegistryOptions());
        registry.RegisterModel("no-such-model");
        var error = await Assert.ThrowsAsync<SimileException>(async () => await registry.GetAsync<IEmbedder<string>>("no-such-model"));
        Assert.Equal(ErrorCode.ModelNotFound, error.Code);
    }
}
