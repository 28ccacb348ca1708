using System.Text.Json;

namespace Simile.Tests.Text;

/// <summary>A folder of tests/reference/clip.py or siglip.py with what PyTorch made of its texts and pictures.</summary>
public sealed record ClipCase(ClipText[] Texts, int? Size, float[][]? Images, float? LogitScale, float? LogitBias, float[][]? Logits)
{
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static ClipCase Read(string name) =>
        JsonSerializer.Deserialize<ClipCase>(File.ReadAllBytes(Path.Combine(Folder(name), "expected.json")), Names)!;

    public static string Folder(string name) => RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "clip", name);

    public string[] Sentences() => Array.ConvertAll(Texts, text => text.Text);
}

public sealed record ClipText(string Text, int[] Ids, int Seen, float[] Vector);
