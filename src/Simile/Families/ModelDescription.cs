using System.Collections.Immutable;
using Simile.Engine.Files;
using Simile.Engine.Tensors;
using Simile.Inference;
using Simile.Models;

namespace Simile.Families;

/// <summary>What a user wants to know about an installed model before it is loaded.</summary>
/// <param name="Name">The folder's name.</param>
/// <param name="Folder">The full path.</param>
/// <param name="Kind">The kind of network, such as <c>static</c>.</param>
/// <param name="Tokens">Entries of the vocabulary table (V), or null for a model of pictures.</param>
/// <param name="Dimensions">Values a vector (D), or null when only the network itself tells.</param>
/// <param name="TrainedDimensions">Shorter lengths the model was trained for.</param>
/// <param name="MaxTokens">Most tokens of a text that are used, or null for all.</param>
/// <param name="License">The licence its card names, or null.</param>
/// <param name="Bytes">Size of all its files.</param>
internal sealed record ModelDescription(
    string Name,
    string Folder,
    string Kind,
    long? Tokens,
    long? Dimensions,
    ImmutableArray<int> TrainedDimensions,
    int? MaxTokens,
    string? License,
    long Bytes
)
{
    /// <summary>What it embeds.</summary>
    public Modality Modality { get; init; } = Modality.Text;

    /// <summary>Whether it scores pairs of texts, and embeds nothing.</summary>
    public bool IsReranker { get; init; }

    /// <summary>Describes a folder from its configuration and the header of its checkpoint.</summary>
    /// <exception cref="SimileException">A code of the 200s.</exception>
    public static ModelDescription Of(ModelFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (PairScoring.Is(folder))
        {
            return OfReranker(folder);
        }

        var manifest = ModelManifest.Read(folder);
        return manifest.IsAlignment ? OfAlignment(manifest)
            : manifest.Modality == Modality.Image ? OfImages(manifest)
            : manifest.HoldsTransformer ? OfTransformer(manifest)
            : OfStatic(manifest);
    }

    private static ModelDescription OfStatic(ModelManifest manifest)
    {
        var (folder, checkpoint) = (manifest.Folder, StaticFamily.Read(manifest));
        using var file = SafetensorsFile.Open(checkpoint.WeightsPath);
        var shape = file.Find(StaticEmbeddingNetwork.TableName(file)).Shape;
        return new ModelDescription(
            folder.Name,
            folder.Path,
            StaticFamily.Kind,
            shape[0],
            shape[^1],
            checkpoint.TrainedDimensions,
            checkpoint.MaxTokens,
            LicenseOf(folder),
            BytesOf(folder)
        );
    }

    private static ModelDescription OfTransformer(ModelManifest manifest)
    {
        var (folder, checkpoint) = (manifest.Folder, TextCheckpointReader.Read(manifest));
        var config = checkpoint.Config;
        var dimensions =
            checkpoint.Projection
            ?? (
                checkpoint.Dense is [.., var last]
                    ? last.Outputs
                    : checkpoint.Pooling.Length * config.Number("hidden_size", "dim", "n_embd")
            );
        var tokens = checkpoint.MaxTokens ?? config.NumberOrNull("max_position_embeddings", "n_positions");
        return new ModelDescription(
            folder.Name,
            folder.Path,
            checkpoint.Kind,
            checkpoint.Vocabulary ?? config.Number("vocab_size"),
            dimensions,
            checkpoint.TrainedDimensions,
            tokens,
            LicenseOf(folder),
            BytesOf(folder)
        )
        {
            Modality = manifest.Modality,
        };
    }

    private static ModelDescription OfReranker(ModelFolder folder)
    {
        var config = folder.ReadConfig(string.Empty, "config.json")!;
        var tokens =
            TransformerSettings.ReadPairLimit(folder)
            ?? folder.ReadConfig(string.Empty, "tokenizer_config.json")?.LimitOrNull("model_max_length")
            ?? config.NumberOrNull("max_position_embeddings");
        return new ModelDescription(
            folder.Name,
            folder.Path,
            config.Text("model_type"),
            config.NumberOrNull("vocab_size"),
            null,
            [],
            tokens,
            LicenseOf(folder),
            BytesOf(folder)
        )
        {
            Modality = Modality.None,
            IsReranker = true,
        };
    }

    /// <summary>Values of an alignment's joint vectors: those that the last layer of the text head gives.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> where there is no such head.</exception>
    public static long JointDimensions(SafetensorsFile heads)
    {
        var dimensions = heads.Find("text.0.bias").Count;
        for (var i = 1; heads.Tensors.TryGetValue($"text.{i}.bias", out var bias); i++)
        {
            dimensions = bias.Count;
        }

        return dimensions;
    }

    private static ModelDescription OfAlignment(ModelManifest manifest)
    {
        var folder = manifest.Folder;
        using var heads = SafetensorsFile.Open(folder.File(ModelManifest.AlignmentFile));
        return new ModelDescription(
            folder.Name,
            folder.Path,
            ModelManifest.AlignmentType,
            null,
            JointDimensions(heads),
            [],
            null,
            LicenseOf(folder),
            BytesOf(folder)
        )
        {
            Modality = manifest.Modality,
        };
    }

    private static ModelDescription OfImages(ModelManifest manifest)
    {
        var (folder, config) = (manifest.Folder, manifest.Config);
        var kind = config?.TextOrNull("model_type", "architecture") ?? "resnet";
        var dimensions =
            config?.Child("aligned_with")?.NumberOrNull("dimensions")
            ?? config?.NumberOrNull("projection_dim", "num_features", "hidden_size")
            ?? (config?.Numbers("hidden_sizes") is [.., var last] ? last : (int?)null);
        return new ModelDescription(
            folder.Name,
            folder.Path,
            kind,
            null,
            dimensions ?? ClassifierInputs(folder),
            [],
            null,
            LicenseOf(folder),
            BytesOf(folder)
        )
        {
            Modality = Modality.Image,
        };
    }

    // torchvision's checkpoints have no configuration; the head that is cut off tells what it takes.
    private static long? ClassifierInputs(ModelFolder folder)
    {
        using var weights = Checkpoint.Open(folder.Path);
        return weights.Tensors.TryGetValue("fc.weight", out var head) ? head.Shape[^1] : null;
    }

    private static long BytesOf(ModelFolder folder) =>
        new DirectoryInfo(folder.Path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(entry => entry.Length);

    private static string? LicenseOf(ModelFolder folder)
    {
        var card = folder.File("README.md");
        return RegularFile.Exists(card)
            ? RegularFile
                .ReadLines(card)
                .Take(30)
                .FirstOrDefault(line => line.StartsWith("license:", StringComparison.Ordinal))
                ?["license:".Length..].Trim()
            : null;
    }
}
