using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using static Simile.Testing.OnnxWriter;

namespace Simile.OnnxRuntime.Tests;

/// <summary>An engine of a .NET host, chosen by its name.</summary>
public sealed class HostTests : IDisposable
{
    private readonly GraphFolder _folder = new GraphFolder()
        .OfTexts()
        .Write("model.onnx", Runnable(GraphFolder.States(), Output("last_hidden_state", GraphFolder.Float, -1, -1, 2)));

    [Theory]
    [InlineData("onnxruntime")]
    [InlineData("OnnxRuntime")]
    public async Task ASettingChoosesIt(string name)
    {
        var settings = new Dictionary<string, string?> { ["Simile:Model"] = _folder.Path, ["Simile:Engine"] = name };
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration);
        services.AddSimileEngine(new OnnxRuntimeEngine()).AddSimile(configuration.GetSection("Simile"));
        await using var provider = services.BuildServiceProvider();
        var embedder = provider.GetRequiredService<IEmbedder<string>>();
        var vector = await embedder.EmbedAsync("nine", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(3, vector[0], 1e-5f);
    }

    [Fact]
    public async Task OneThatNobodyAddedIsRefusedWithThoseThatAre()
    {
        var services = new ServiceCollection().AddSimileEngine(new OnnxRuntimeEngine());
        services.AddSimile(options => (options.Model, options.Engine) = (_folder.Path, "tensorflow"));
        services.AddSimileReranker(options => (options.Model, options.Engine, options.LoadAtStart) = (_folder.Path, "tensorflow", false));
        await using var provider = services.BuildServiceProvider();
        var error = Assert.Throws<OptionsValidationException>(() =>
            provider.GetRequiredService<IOptionsMonitor<Hosting.SimileOptions>>().Get(Options.DefaultName)
        );
        Assert.Contains("'tensorflow'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'onnxruntime'", error.Message, StringComparison.Ordinal);
        Assert.Throws<OptionsValidationException>(() =>
            provider.GetRequiredService<IOptionsMonitor<Hosting.SimileRerankerOptions>>().Get(Options.DefaultName)
        );
    }

    public void Dispose() => _folder.Dispose();
}
