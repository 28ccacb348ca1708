using System.Reflection;

namespace Simile.House.Tests;

/// <summary>Public is what a user is meant to call.</summary>
public class SurfaceTests
{
    private const int MaxPublicTypes = 205;
    private static readonly string[] Libraries =
    [
        "Simile.Engine",
        "Simile",
        "Simile.Training",
        "Simile.Sqlite",
        "Simile.NuGet",
        "Simile.OnnxRuntime",
        "Simile.Documents",
        "Simile.Hosting",
        "Simile.Server",
    ];

    [Fact]
    public void ThereAreFewPublicTypes()
    {
        var types = Libraries.SelectMany(name => Assembly.Load(name).GetExportedTypes().Select(type => type.FullName!)).ToArray();
        Assert.True(
            types.Length is > 100 and <= MaxPublicTypes,
            $"{types.Length} public types; at most {MaxPublicTypes} are meant. Make internal what siblings alone need: they see "
                + $"it.\n{string.Join('\n', types)}"
        );
    }

    [Fact]
    public void TheEngineIsNobodysBusiness() =>
        Assert.Equal(
            ["Simile.ComputePrecision", "Simile.ErrorCode", "Simile.InstructionLevel", "Simile.SimileException"],
            Assembly.Load("Simile.Engine").GetExportedTypes().Select(type => type.FullName!).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void EveryLibraryHasItsReviewedList() =>
        Assert.All(
            Libraries,
            name =>
                Assert.Contains(
                    File.ReadLines(RepositoryRoot.Find("src", name, "PublicAPI.Unshipped.txt")),
                    line => line.StartsWith("Simile.", StringComparison.Ordinal)
                )
        );

    [Fact]
    public void NoLibraryIsLeftOut() =>
        Assert.Equal(Libraries.Append("Simile.Cli").Append("Simile.Models.Mini").Order(StringComparer.Ordinal), RepositoryRoot.Projects());
}
