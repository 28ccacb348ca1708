namespace Simile.Models;

/// <summary>How a search with a model should fuse its rankings; <c>simile.json</c> in the model's folder, or what is right for models of
/// its kind.</summary>
/// <param name="DenseWeight">The weight of scores by meaning, from 0 to 1; those by words have the rest.</param>
internal sealed record SearchSettings(double DenseWeight)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "simile.json";

    /// <summary>What is right for transformers, and where nothing is known of a model (docs/decisions/0005).</summary>
    public static SearchSettings Usual { get; } = new(0.65);

    /// <summary>What is right for static models, which are weaker than words alone more often than not.</summary>
    public static SearchSettings OfStatic { get; } = new(0.4);

    /// <summary>Reads a folder's settings.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="otherwise">What holds where the folder says nothing.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> when the file says what cannot be.</exception>
    public static SearchSettings Read(ModelFolder folder, SearchSettings otherwise)
    {
        var config = folder.ReadConfig(string.Empty, FileName);
        return config?.Child("fusion")?.RealOrNull("dense_weight") is not { } weight ? otherwise
            : weight is >= 0 and <= 1 ? new SearchSettings(weight)
            : throw config.Unsupported(FormattableString.Invariant($"the weight {weight} (fusion.dense_weight); it lies between 0 and 1"));
    }
}
