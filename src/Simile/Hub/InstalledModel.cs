using System.Text.Json;
using Simile.Families;
using Simile.Models;

namespace Simile.Hub;

/// <summary>What is known of an installed model, whether Simile can run it or not.</summary>
/// <param name="Name">The folder's name, or <c>org/name</c>.</param>
/// <param name="Folder">The full path.</param>
/// <param name="Kind">The kind of network.</param>
/// <param name="Tokens">Entries of the vocabulary, or null when it is not known.</param>
/// <param name="Dimensions">Values a vector, or null when it is not known.</param>
/// <param name="TrainedDimensions">Shorter lengths the model was trained for.</param>
/// <param name="MaxTokens">Most tokens of a text that are used; null for all, or when it is not known.</param>
/// <param name="License">The licence, or null when none is stated.</param>
/// <param name="Bytes">Size of all its files.</param>
/// <param name="Revision">The hub's branch or tag, or null.</param>
/// <param name="Commit">The hub's commit, or null.</param>
internal sealed record InstalledModel(
    string Name,
    string Folder,
    string Kind,
    long? Tokens,
    long? Dimensions,
    IReadOnlyList<int> TrainedDimensions,
    int? MaxTokens,
    string? License,
    long Bytes,
    string? Revision,
    string? Commit
)
{
    /// <summary>What it embeds.</summary>
    public Modality Modality { get; init; }

    /// <summary>The package it came in and the version, or null.</summary>
    public string? Package { get; init; }

    /// <summary>Whether it scores pairs of texts, and embeds nothing.</summary>
    public bool IsReranker { get; init; }

    /// <summary>Describes a model folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="snapshot">Where it comes from, or null when it does not come from the hub.</param>
    public static InstalledModel Of(ModelFolder folder, HubSnapshot? snapshot = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var bytes = Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Sum(CacheFiles.LengthOf);
        try
        {
            var read = ModelDescription.Of(folder);
            return new InstalledModel(
                read.Name,
                read.Folder,
                read.Kind,
                read.Tokens,
                read.Dimensions,
                read.TrainedDimensions,
                read.MaxTokens,
                read.License,
                bytes,
                snapshot?.Revision,
                snapshot?.Commit
            )
            {
                Modality = read.Modality,
                IsReranker = read.IsReranker,
                Package = PackageOf(folder),
            };
        }
        catch (SimileException error) when (error.Code is ErrorCode.UnsupportedModel or ErrorCode.BadCheckpoint or ErrorCode.ModelNotFound)
        {
            var (config, known) = (ReadConfig(folder), KnownModels.Find(folder.Name));
            return new InstalledModel(
                folder.Name,
                folder.Path,
                Text(config, "model_type") ?? known?.Kind ?? "unknown",
                Number(config, "vocab_size"),
                known is { IsReranker: true } ? null : known?.Dimensions ?? Number(config, "hidden_size"),
                [],
                known?.MaxTokens,
                known?.License,
                bytes,
                snapshot?.Revision,
                snapshot?.Commit
            )
            {
                Package = PackageOf(folder),
            };
        }
    }

    private static string? PackageOf(ModelFolder folder)
    {
        try
        {
            return PackageOrigin.Of(folder)?.Label;
        }
        catch (SimileException)
        {
            return $"{PackageOrigin.FileName} cannot be read";
        }
    }

    private static JsonElement? ReadConfig(ModelFolder folder)
    {
        try
        {
            return folder.ReadJson("config.json") is { ValueKind: JsonValueKind.Object } root ? root : null;
        }
        catch (SimileException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement? root, string name) =>
        root is { } found && found.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static long? Number(JsonElement? root, string name) =>
        root is { } found
        && found.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt64(out var number)
            ? number
            : null;
}
