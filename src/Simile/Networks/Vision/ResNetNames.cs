namespace Simile.Networks.Vision;

/// <summary>How a layout names the parts of a residual network; stages count from 0.</summary>
/// <param name="Stem">The first convolution.</param>
/// <param name="StemNorm">Its norm.</param>
/// <param name="Block">The block of a stage and a number: what stands before its parts' names.</param>
/// <param name="Convolution">The convolution of a number in the path, from 0.</param>
/// <param name="Norm">Its norm.</param>
/// <param name="Shortcut">The shortcut's convolution.</param>
/// <param name="ShortcutNorm">Its norm.</param>
/// <param name="Head">What the head's names begin with; it is cut off.</param>
internal sealed record ResNetNames(string Stem, string StemNorm, Func<int, int, string> Block, Func<int, string> Convolution, Func<int, string> Norm, string Shortcut, string ShortcutNorm, string Head)
{
    /// <summary>What the product into a text tower's space begins with, in our own models.</summary>
    public const string Projection = "projection.";

    /// <summary>torchvision's names, which timm's resnet models share.</summary>
    public static ResNetNames Torchvision { get; } = new(
        "conv1", "bn1", (stage, block) => $"layer{stage + 1}.{block}.", index => $"conv{index + 1}", index => $"bn{index + 1}", "downsample.0", "downsample.1", "fc.");

    /// <summary>The names of Hugging Face's ResNetModel.</summary>
    /// <param name="prefix"><c>resnet.</c> in checkpoints with a head, or nothing.</param>
    public static ResNetNames HuggingFace(string prefix) => new(
        prefix + "embedder.embedder.convolution",
        prefix + "embedder.embedder.normalization",
        (stage, block) => $"{prefix}encoder.stages.{stage}.layers.{block}.",
        index => $"layer.{index}.convolution",
        index => $"layer.{index}.normalization",
        "shortcut.convolution",
        "shortcut.normalization",
        "classifier.");
}
