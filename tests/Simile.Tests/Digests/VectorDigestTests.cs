using System.Text.Encodings.Web;
using System.Text.Json;

namespace Simile.Tests.Digests;

/// <summary>Vectors keep their bits from commit to commit. The list has lines of several machines; those of levels that this one lacks are
/// not compared.</summary>
/// <remarks>SIMILE_DIGESTS=FILE writes what this process computes instead of comparing it, for the list or for another machine
/// (CONTRIBUTING.md).</remarks>
public class VectorDigestTests
{
    private static readonly JsonSerializerOptions Lines = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task VectorsHaveTheBitsOfTheList()
    {
        var computed = await VectorDigests.ComputeAsync();
        if (Environment.GetEnvironmentVariable("SIMILE_DIGESTS") is { Length: > 0 } target)
        {
            await File.WriteAllLinesAsync(
                target,
                computed.Select(digest => JsonSerializer.Serialize(digest, Lines)),
                TestContext.Current.CancellationToken
            );
        }

        var listed = Read().ToDictionary(digest => digest.Key, StringComparer.Ordinal);
        var compared = computed.Where(digest => listed.ContainsKey(digest.Key)).ToList();
        Assert.Equal([], compared.Where(digest => listed[digest.Key].Sha256 != digest.Sha256).Select(digest => digest.Key));
        Assert.Equal(Ways(computed), Ways(compared));
    }

    // Every model in every precision is in the list, on one level at least of those that this machine has: of x64 the plainest two are.
    private static IEnumerable<string> Ways(IEnumerable<VectorDigest> digests) =>
        digests.Select(digest => $"{digest.Model} {digest.Inputs} {digest.Precision}").Distinct(StringComparer.Ordinal);

    private static IEnumerable<VectorDigest> Read() =>
        File.ReadLines(RepositoryRoot.Find("tests", "Simile.Tests", "Digests", "digests.jsonl"))
            .Select(line => JsonSerializer.Deserialize<VectorDigest>(line, Lines)!);
}
