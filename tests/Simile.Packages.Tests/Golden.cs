using System.Text.Json;

namespace Simile.Packages.Tests;

/// <summary>The vectors that simile-text-mini was published with; sentence-transformers made them.</summary>
internal static class Golden
{
    /// <summary>Checks the vector of the first golden text, <see cref="FreshProject.Sentence"/>.</summary>
    public static void AssertFirst(float[] vector)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(RepositoryRoot.Find("models", "simile-text-mini", "golden.json")));
        Assert.Equal(FreshProject.Sentence, golden.RootElement.GetProperty("texts")[0].GetString());
        var (expected, tolerance) = (golden.RootElement.GetProperty("vectors")[0], golden.RootElement.GetProperty("tolerance").GetSingle());
        Assert.Equal(expected.GetArrayLength(), vector.Length);
        Assert.All(vector, (value, i) => Assert.Equal(expected[i].GetSingle(), value, tolerance));
    }
}
