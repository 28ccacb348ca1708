using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Simile.Engine.Products;
using Simile.Engine.Tensors;
using Simile.Engine.Transformers;
using Simile.Families;
using Simile.Images;
using Simile.Inference;
using Simile.Models;
using Simile.Tests.Networks.Vision;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Tests.Digests;

/// <summary>Embeds the list's inputs with every reference checkpoint and both shipped models, in every precision, on every level that this
/// process has.</summary>
public static class VectorDigests
{
    /// <summary>The level of models without matrix products; their vectors are the same everywhere.</summary>
    public const string AnyLevel = "any";

    private static readonly string[] Words = ["ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te"];
    private static readonly int[] Lengths = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 300];
    private static readonly (int Width, int Height)[] Sizes = [(40, 30), (64, 64), (31, 97), (300, 200)];

    /// <summary>Texts of 1 to 300 words; word i of text t is number (7 i + 5 t + i² div 3) mod 12.</summary>
    public static string[] Texts { get; } =
    [
        .. Lengths.Select(
            (length, t) =>
                string.Join(' ', Enumerable.Range(0, length).Select(i => Words[((7 * i) + (5 * t) + (i * i / 3)) % Words.Length]))
        ),
    ];

    /// <summary>Every digest of this process, model by model.</summary>
    public static async Task<List<VectorDigest>> ComputeAsync()
    {
        var digests = new List<VectorDigest>();
        digests.AddRange(await OfStaticAsync("models/simile-text-mini"));
        foreach (var folder in (string[])[.. Below("encoders"), .. Below("clip")])
        {
            digests.AddRange(await OfTextsAsync(folder));
        }

        foreach (
            var folder in (string[])
                ["models/simile-image-mini", .. Below("clip").Where(name => !name.EndsWith("/text-only", StringComparison.Ordinal))]
        )
        {
            digests.AddRange(await OfPicturesAsync(folder));
        }

        foreach (var vision in VisionCase.All)
        {
            digests.AddRange(OfPrepared(vision));
        }

        return digests;
    }

    private static IEnumerable<string> Below(string kind) =>
        Directory
            .GetDirectories(RepositoryRoot.Find("tests", "Simile.Tests", "Reference", kind))
            .Order(StringComparer.Ordinal)
            .Select(path => $"tests/Simile.Tests/Reference/{kind}/{Path.GetFileName(path)}");

    private static IEnumerable<(ComputePrecision Precision, InstructionLevel Level, string Name)> Ways() =>
        Enum.GetValues<ComputePrecision>()
            .SelectMany(precision => DigestLevels.Of(precision).Select(level => (precision, level.Level, level.Name)));

    private static async Task<List<VectorDigest>> OfStaticAsync(string folder)
    {
        await using var embedder = await TextEmbedder.LoadAsync(RepositoryRoot.Find(folder));
        return
        [
            new VectorDigest(
                folder,
                "texts",
                nameof(ComputePrecision.Float32),
                AnyLevel,
                Digest(await embedder.EmbedAsync(Texts)),
                DigestLevels.Machine()
            ),
        ];
    }

    private static async Task<List<VectorDigest>> OfTextsAsync(string folder)
    {
        var digests = new List<VectorDigest>();
        foreach (var (precision, level, name) in Ways())
        {
            await using var embedder = await TextEmbedder.LoadAsync(
                RepositoryRoot.Find(folder),
                new TextEmbedderOptions
                {
                    Precision = precision,
                    Instructions = level,
                    Threads = 2,
                }
            );
            digests.Add(
                new VectorDigest(
                    folder,
                    "texts",
                    precision.ToString(),
                    name,
                    Digest(await embedder.EmbedAsync(Texts)),
                    DigestLevels.Machine()
                )
            );
        }

        return digests;
    }

    private static async Task<List<VectorDigest>> OfPicturesAsync(string folder)
    {
        var digests = new List<VectorDigest>();
        var pictures = Sizes.Select((size, seed) => ImageInput.FromPixels(GoldenPictures.Draw(size.Width, size.Height, seed))).ToArray();
        foreach (var (precision, level, name) in Ways())
        {
            await using var embedder = await ImageEmbedder.LoadAsync(
                RepositoryRoot.Find(folder),
                new ImageEmbedderOptions
                {
                    Precision = precision,
                    Instructions = level,
                    Threads = 2,
                }
            );
            digests.Add(
                new VectorDigest(
                    folder,
                    "pictures",
                    precision.ToString(),
                    name,
                    Digest(await embedder.EmbedAsync(pictures)),
                    DigestLevels.Machine()
                )
            );
        }

        return digests;
    }

    private static List<VectorDigest> OfPrepared(VisionCase vision)
    {
        using var folder = new TemporaryFolder();
        var model = vision.Write(folder.Path);
        var digests = new List<VectorDigest>();
        foreach (var (precision, level, name) in Ways())
        {
            using var weights = SafetensorsSet.Open(model.Path);
            using var network = ModelFamilies.LoadImage(
                weights,
                model.ReadConfig(string.Empty, "config.json"),
                new ComputeOptions { Precision = precision, Level = level }
            );
            var vectors = new float[2 * network.Dimensions];
            network.Forward(new PixelBatch(vision.Pictures(), vision.Size, vision.Size), vectors, team: null);
            digests.Add(
                new VectorDigest(
                    $"vision.json/{vision.Name}",
                    "prepared",
                    precision.ToString(),
                    name,
                    Digest(vectors),
                    DigestLevels.Machine()
                )
            );
        }

        return digests;
    }

    private static string Digest(EmbeddingBatch batch)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            _ = batch[i].Span.Length;
        }

        return Digest(batch.Block.Span);
    }

    private static string Digest(ReadOnlySpan<float> values) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)));
}
