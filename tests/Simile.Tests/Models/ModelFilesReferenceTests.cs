using System.Text.Json;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Tests.Models;

/// <summary>Folders whose files ask for something that is easily passed over, against PyTorch (tests/reference/model_files.py) and against
/// the libraries that wrote them (model_files_oracle.py).</summary>
public class ModelFilesReferenceTests
{
    // The tables of static models are kept in 16-bit floats; all else is computed in 32 bits.
    private const float Tolerance = 2e-5f;

    public static TheoryData<string> Folders =>
        [
            .. new[] { "model-files", "model-files-today" }
                .SelectMany(kind => Directory.GetDirectories(RepositoryRoot.Find("tests", "Simile.Tests", "Reference", kind)))
                .Select(path => $"{Path.GetFileName(Path.GetDirectoryName(path))}/{Path.GetFileName(path)}"),
        ];

    [Fact]
    public void AllFoldersAreThere() => Assert.InRange(Folders.Count, 60, 80);

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task VectorsAreThoseOfTheLibraries(string name)
    {
        var folder = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", name);
        using var expected = JsonDocument.Parse(
            await File.ReadAllBytesAsync(Path.Combine(folder, "expected.json"), TestContext.Current.CancellationToken)
        );
        var texts = expected.RootElement.GetProperty("texts").EnumerateArray().Select(text => text.GetString()!).ToArray();
        await using var embedder = await TextEmbedder.LoadAsync(
            folder,
            new TextEmbedderOptions { Threads = 2 },
            TestContext.Current.CancellationToken
        );
        Assert.DoesNotContain(embedder.Notes, note => note.Contains("does not know", StringComparison.Ordinal) && note.Contains('\''));
        foreach (
            var (way, purpose) in new[]
            {
                ("encode", EmbedPurpose.Unspecified),
                ("encode_query", EmbedPurpose.Query),
                ("encode_document", EmbedPurpose.Document),
            }
        )
        {
            if (expected.RootElement.TryGetProperty(way, out var rows))
            {
                var batch = await embedder.EmbedAsync(texts, new EmbedOptions { Purpose = purpose }, TestContext.Current.CancellationToken);
                RequireSame($"{name} {way}", rows, batch);
            }
        }
    }

    private static void RequireSame(string what, JsonElement rows, EmbeddingBatch batch)
    {
        for (var i = 0; i < rows.GetArrayLength(); i++)
        {
            var row = rows[i].EnumerateArray().Select(value => value.GetSingle()).ToArray();
            Assert.Equal(row.Length, batch[i].Length);
            var largest = row.Select(MathF.Abs).Append(1).Max();
            for (var d = 0; d < row.Length; d++)
            {
                Assert.True(
                    MathF.Abs(row[d] - batch[i][d]) < Tolerance * largest,
                    $"{what} text {i} value {d}: {batch[i][d]:R} instead of {row[d]:R}"
                );
            }
        }
    }
}
