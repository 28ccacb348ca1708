using Simile.Engine.Checkpoints;

namespace Simile.Models;

/// <summary>What the two towers of a CLIP model have in common.</summary>
/// <remarks>Radford et al. 2021. In the layouts of Hugging Face's CLIPModel and of sentence-transformers' CLIPModel module.</remarks>
public static class ClipCheckpoint
{
    private const string LogitScaleName = "logit_scale";

    /// <summary>By what cosines are multiplied before a softmax makes probabilities of them: e to the learned logit_scale, 100 in OpenAI's models.</summary>
    /// <param name="folder">A model folder.</param>
    /// <returns>The factor, or null when the checkpoint has none.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when the tensor is not one number of a useful size; <see cref="ErrorCode.ModelNotFound"/> when there are no weights.</exception>
    public static float? LogitScale(ModelFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        using var weights = SafetensorsSet.Open(folder.File(ModelModalities.ImagePath(folder)));
        if (!weights.Has(LogitScaleName))
        {
            return null;
        }

        var file = weights.FileOf(LogitScaleName);
        return file.ReadFloats(LogitScaleName) is [var logarithm] && float.IsFinite(MathF.Exp(logarithm))
            ? MathF.Exp(logarithm)
            : throw new SimileException(ErrorCode.BadCheckpoint, $"The tensor '{LogitScaleName}' of {file.Path} has the shape {file.Find(LogitScaleName).ShapeText}; one number, the logarithm of a scale, is wanted.");
    }
}
