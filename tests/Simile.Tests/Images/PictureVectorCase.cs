using System.Text.Json;
using Simile.Images;
using Simile.Tests.Networks.Vision;

namespace Simile.Tests.Images;

/// <summary>A case of tests/reference/picture_vectors.py: a network, the files that say how it wants its pictures, and the vector of each
/// picture.</summary>
public sealed record PictureVectorCase(string Network, Dictionary<string, JsonElement> Files, float[][] Vectors)
{
    private static readonly string Folder = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "pictures", "vectors");
    private static readonly Lazy<CaseFile> Content = new(() =>
        JsonSerializer.Deserialize<CaseFile>(File.ReadAllBytes(Path.Combine(Folder, "vectors.json")), JsonSerializerOptions.Web)!
    );

    public static IReadOnlyList<PictureVectorCase> All => Content.Value.Cases;

    public static IReadOnlyList<ImageInput> Pictures =>
        [.. Content.Value.Pictures.Select(name => ImageInput.FromFile(Path.Combine(Folder, name)))];

    public static PictureVectorCase Named(string network) => All.Single(vectors => vectors.Network == network);

    /// <summary>Writes the model folder in its published layout.</summary>
    public string Write(string folder)
    {
        VisionCase.Named(Network).Write(folder);
        foreach (var (name, content) in Files)
        {
            if (name.EndsWith(".json", StringComparison.Ordinal))
            {
                File.WriteAllText(Path.Combine(folder, name), content.GetRawText());
                continue;
            }

            // timm keeps the preparation inside config.json.
            var config = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(
                File.ReadAllText(Path.Combine(folder, "config.json"))
            )!;
            config[name] = content;
            File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(config));
        }

        return folder;
    }

    private sealed record CaseFile(string[] Pictures, PictureVectorCase[] Cases);
}
