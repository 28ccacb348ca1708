using System.Text.Json;

namespace Simile.Cli.Tests;

/// <summary>Texts and pictures together, with the shipped models and nothing else.</summary>
public class MixedSearchTests
{
    [Theory]
    [InlineData("hybrid")]
    [InlineData("dense")]
    public async Task ASunflowerIsFoundAmongTextsAndPictures(string mode)
    {
        var result = await CliProcess.RunAsync(
            null,
            "search",
            "a sunflower",
            "--in",
            RepositoryRoot.Find("samples"),
            "--mode",
            mode,
            "--json"
        );
        Assert.EndsWith(
            "sunflower.jpg",
            JsonDocument.Parse(result.Lines[0]).RootElement.GetProperty("path").GetString()!,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task APictureIsMoreLikeItsNameThanLikeAnother()
    {
        var picture = "@" + RepositoryRoot.Find("samples", "pictures", "pizza.jpg");
        Assert.True(await CompareAsync("a pizza", picture) > await CompareAsync("an umbrella", picture) + 0.2);
    }

    private static async Task<double> CompareAsync(string text, string picture)
    {
        var result = await CliProcess.RunAsync(null, "compare", text, picture, "--json");
        return JsonDocument.Parse(result.Output).RootElement.GetProperty("similarity").GetDouble();
    }
}
