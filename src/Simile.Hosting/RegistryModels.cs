using Simile.Engine.Files;
using Simile.Models;
using Simile.Registry;

namespace Simile.Hosting;

/// <summary>Loads models for a registry.</summary>
/// <param name="host">Where the models are.</param>
internal sealed class RegistryModels(SimileHost host)
{
    public async Task<OpenedEmbedder> OpenAsync(string id, CancellationToken cancellationToken)
    {
        var folder = host.Models.Resolve(id);
        var model = await host.OpenModelAsync(id, options: null, cancellationToken).ConfigureAwait(false);
        return new OpenedEmbedder([.. ((object?[])[model.TextModel, model.ImageModel, model.Embedder]).OfType<object>()], WeightsOf(folder))
        {
            Owner = model,
        };
    }

    public static long WeightsOf(ModelFolder folder) =>
        Directory
            .EnumerateFiles(folder.Path, "*.safetensors", SearchOption.AllDirectories)
            .Where(RegularFile.IsRegular)
            .Sum(RegularFile.LengthOf) + (Checkpoint.FindOnnx(folder.Path) is { } onnx ? RegularFile.LengthOf(onnx) : 0);
}
