using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Simile.Tests.Tokenization;

/// <summary>The small tokenizers of tests/reference/pipelines.mjs, and what Hugging Face's library made of the corpus with them.</summary>
internal static class PipelineCases
{
    private static readonly Lazy<Dictionary<string, byte[]>> Files = new(ReadTokenizers);
    private static readonly Lazy<JsonElement[]> Lines = new(() =>
        [
            .. Encoding
                .UTF8.GetString(Read("expected.jsonl.br"))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonElement.Parse(line)),
        ]
    );

    public static IEnumerable<string> Names => Files.Value.Keys;

    public static byte[] Tokenizer(string name) => Files.Value[name];

    /// <summary>Texts with the ids and the places (from, to, from, to, … in code points) that are expected.</summary>
    public static IEnumerable<(string Text, int[] Ids, int[] Places)> Expected(string name) =>
        Lines.Value.Select(line => (TextOf(line), Numbers(line.GetProperty(name)[0]), Numbers(line.GetProperty(name)[1])));

    public static IEnumerable<string> Texts => Lines.Value.Select(TextOf);

    private static string TextOf(JsonElement line) => new([.. Numbers(line.GetProperty("units")).Select(unit => (char)unit)]);

    private static int[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetInt32())];

    private static Dictionary<string, byte[]> ReadTokenizers()
    {
        using var document = JsonDocument.Parse(Read("tokenizers.json.br"));
        return document
            .RootElement.EnumerateObject()
            .ToDictionary(entry => entry.Name, entry => Encoding.UTF8.GetBytes(entry.Value.GetRawText()), StringComparer.Ordinal);
    }

    private static byte[] Read(string file)
    {
        using var stream = new BrotliStream(
            File.OpenRead(RepositoryRoot.Find("tests", "Simile.Tests", "Tokenization", "Pipelines", file)),
            CompressionMode.Decompress
        );
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
