using System.Globalization;
using Simile.Engine.Products;
using Simile.Images;
using Simile.Text;
using Simile.Vectors.Files;

namespace Simile.Tests.Text;

/// <summary>Recipes and files say what decides about vectors, and nothing else: not the country, not the instructions where bits are
/// equal.</summary>
public sealed class RecipeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static string Bert => RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "encoders", "bert");

    private static string Pictures => RepositoryRoot.Find("models", "simile-image-mini");

    [Fact]
    public async Task LevelsOfEqualBitsShareARecipeAndPrecisionsDoNot()
    {
        var recipes = new List<(ComputePrecision Precision, string Text, string Image)>();
        foreach (var precision in Enum.GetValues<ComputePrecision>())
        {
            foreach (var level in Enum.GetValues<InstructionLevel>())
            {
                await using var texts = await TextEmbedder.LoadAsync(
                    Bert,
                    new TextEmbedderOptions { Precision = precision, Instructions = level }
                );
                await using var images = await ImageEmbedder.LoadAsync(
                    Pictures,
                    new ImageEmbedderOptions { Precision = precision, Instructions = level }
                );
                recipes.Add((precision, texts.Recipe.Digest, images.Recipe.Digest));
            }
        }

        Assert.Equal(3, recipes.Distinct().Count());
        Assert.Equal(3, recipes.Select(recipe => recipe.Text).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(3, recipes.Select(recipe => recipe.Image).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task RecipesAndFilesAreTheSameUnderEveryCulture()
    {
        var (expected, here) = (await FactsAsync("plain"), CultureInfo.CurrentCulture);
        try
        {
            foreach (var (decimals, negative) in new[] { (",", "\u2212"), ("\u066B", "\u061C-") })
            {
                CultureInfo.CurrentCulture = Culture(decimals, negative);
                Assert.Equal(
                    "-1.5".Replace("-", negative, StringComparison.Ordinal).Replace(".", decimals, StringComparison.Ordinal),
                    (-1.5).ToString()
                );
                Assert.Equal(expected, await FactsAsync("other"));
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = here;
        }
    }

    public void Dispose() => _folder.Dispose();

    // As those of Germany, Sweden and Egypt are where a program is not invariant; the tests are, so it is made by hand.
    private static CultureInfo Culture(string decimals, string negative)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = decimals;
        culture.NumberFormat.NumberGroupSeparator = ".";
        culture.NumberFormat.NegativeSign = negative;
        culture.NumberFormat.NaNSymbol = "\u0644\u064A\u0633 \u0631\u0642\u0645";
        return culture;
    }

    private async Task<List<string>> FactsAsync(string name)
    {
        await using var texts = await TextEmbedder.LoadAsync(Bert);
        await using var images = await ImageEmbedder.LoadAsync(Pictures);
        var facts = new List<string> { texts.Recipe.Digest, images.Recipe.Digest, images.Preparation.Describe() };
        foreach (var ending in (string[])["npy", "csv", "jsonl", "safetensors"])
        {
            var path = _folder.File($"{name}.{ending}");
            await VectorFiles.WriteAsync(path, 2, Rows());
            facts.Add(Convert.ToHexString(await File.ReadAllBytesAsync(path)));
            facts.Add(string.Join(';', VectorFiles.Read(path).Values.Select(value => value.ToString(CultureInfo.InvariantCulture))));
        }

        return facts;
    }

    private static async IAsyncEnumerable<VectorRow> Rows()
    {
        await Task.CompletedTask;
        yield return new VectorRow(new[] { -1234.5f, 1e-7f });
        yield return new VectorRow(default, new SimileException(ErrorCode.EmptyText, "empty"));
    }
}
