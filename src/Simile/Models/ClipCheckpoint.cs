using Simile.Engine.Checkpoints;

namespace Simile.Models;

/// <summary>What the two towers of a CLIP or SigLIP model have in common.</summary>
/// <remarks>Radford et al. 2021; Zhai et al. 2023. In the layouts of Hugging Face's CLIPModel and of sentence-transformers' CLIPModel module.</remarks>
public static class ClipCheckpoint
{
    /// <summary>By what cosines are multiplied before a softmax makes probabilities of them: e to the learned logit_scale, 100 in OpenAI's models.</summary>
    /// <param name="folder">A model folder.</param>
    /// <returns>The factor, or null when the checkpoint has none.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when the tensor is not one number of a useful size; <see cref="ErrorCode.ModelNotFound"/> when there are no weights.</exception>
    public static float? LogitScale(ModelFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Number(folder, "logit_scale", MathF.Exp);
    }

    /// <summary>What is added to scaled cosines before a logistic function makes a probability of each (SigLIP).</summary>
    /// <param name="folder">A model folder.</param>
    /// <returns>The learned logit_bias, or null when the checkpoint has none, as CLIP's.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>, <see cref="ErrorCode.ModelNotFound"/>.</exception>
    public static float? LogitBias(ModelFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Number(folder, "logit_bias", value => value);
    }

    private static float? Number(ModelFolder folder, string name, Func<float, float> function)
    {
        using var weights = SafetensorsSet.Open(folder.File(ModelModalities.ImagePath(folder)));
        if (!weights.Has(name))
        {
            return null;
        }

        var file = weights.FileOf(name);
        return file.ReadFloats(name) is [var value] && float.IsFinite(function(value))
            ? function(value)
            : throw new SimileException(ErrorCode.BadCheckpoint, $"The tensor '{name}' of {file.Path} has the shape {file.Find(name).ShapeText}; one number of a useful size is wanted.");
    }
}
