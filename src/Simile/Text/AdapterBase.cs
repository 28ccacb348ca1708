using Simile.Families;
using Simile.Hub;
using Simile.Models;

namespace Simile.Text;

/// <summary>Finds the model that an adapter belongs to, where its folder has no weights of its own.</summary>
internal static class AdapterBase
{
    private static readonly string[] Weights =
    [
        "model.safetensors",
        "model.safetensors.index.json",
        "pytorch_model.bin",
        .. Checkpoint.OnnxNames,
    ];

    /// <summary>The folder of the base, or null where the model's folder needs none.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/> when the base is not here,
    /// <see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public static ModelManifest? Find(ModelManifest manifest)
    {
        var (folder, path) = (manifest.Folder, manifest.NetworkPath);
        if (!manifest.HasAdapter || Array.Exists(Weights, name => File.Exists(folder.File(path, name))))
        {
            return null;
        }

        var config = AdapterConfig.Read(folder.File(path));
        var name =
            config.Base
            ?? throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{folder.Path} holds an adapter without weights of its own, and its {AdapterConfig.FileName} does not name its base "
                    + "('base_model_name_or_path'). Add it."
            );
        try
        {
            return ModelManifest.Read(
                ModelLocator
                    .OfThisMachine()
                    .Resolve(config.Revision is { } revision && !Directory.Exists(name) ? $"{name}@{revision}" : name)
            );
        }
        catch (SimileException error) when (error.Code == ErrorCode.ModelNotFound)
        {
            throw new SimileException(
                ErrorCode.ModelNotFound,
                $"{folder.Path} holds an adapter without weights of its own; the model it belongs to, '{name}', is not here. "
                    + $"{error.Message}",
                error
            );
        }
    }
}
