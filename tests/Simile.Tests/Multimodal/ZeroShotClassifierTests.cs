using Simile.Images;
using Simile.Multimodal;
using Simile.Text;

namespace Simile.Tests.Multimodal;

public class ZeroShotClassifierTests
{
    private static readonly FakeEmbedder<string> Texts = Fakes.Texts(
        "joint",
        new()
        {
            ["a cat"] = [4, 0],
            ["the cat"] = [0, 1],
            ["a dog"] = [0, -1],
            ["the dog"] = [0, -2],
        }
    );
    private static readonly FakeEmbedder<ImageInput> Images = Fakes.Images("joint", new() { ["x.png"] = [3, 4] });

    [Fact]
    public async Task ScoresAreTheSoftmaxOfCosinesWithAveragedPrompts()
    {
        var classifier = await ZeroShotClassifier<ImageInput>.CreateAsync(
            Images,
            Texts,
            ["dog", "cat"],
            new ZeroShotOptions { Templates = ["a {}", "the {}"], Scale = 2 }
        );
        var answers = await classifier.ClassifyAsync([Fakes.Picture("none.png"), Fakes.Picture("x.png")]);
        Assert.Equal((0, ErrorCode.EmptyText), (answers[0].Scores.Count, answers[0].Outcome.Error!.Code));
        Assert.Equal(["cat", "dog"], answers[1].Scores.Select(score => score.Label));

        // The unit prompts (1, 0) and (0, 1) average to 45 degrees: cos = 0.98995 for the cat, −0.8 for the dog.
        var expected = 1 / (1 + Math.Exp(2 * (-0.8 - (1.4 / Math.Sqrt(2)))));
        Assert.Equal(expected, answers[1].Scores[0].Score, 1e-6);
        Assert.Equal(1, answers[1].Scores.Sum(score => score.Score), 1e-12);
    }

    [Fact]
    public async Task TheRealTextModelSortsTexts()
    {
        await using var embedder = await TextEmbedder.LoadAsync(RepositoryRoot.Find("models", "simile-text-mini"));
        var classifier = await ZeroShotClassifier<string>.CreateAsync(
            embedder,
            embedder,
            ["sports", "cooking"],
            new ZeroShotOptions { Scale = 20 }
        );
        var answers = await classifier.ClassifyAsync(["the team won the football match", "bake the bread in a hot oven"]);
        Assert.Equal(["sports", "cooking"], answers.Select(answer => answer.Scores[0].Label));
    }

    [Theory]
    [InlineData("cat", 100, "no place")]
    [InlineData("a {}", 0, "above 0")]
    public async Task SenselessOptionsAreRefused(string template, float scale, string says)
    {
        var options = new ZeroShotOptions { Templates = [template], Scale = scale };
        var error = await Assert.ThrowsAsync<SimileException>(() => ZeroShotClassifier<string>.CreateAsync(Texts, Texts, ["cat"], options));
        Assert.Equal(ErrorCode.InvalidOption, error.Code);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LabelsAndSpacesAreChecked()
    {
        var foreign = Fakes.Texts("elsewhere", new() { ["a cat"] = [1, 0] });
        Assert.Equal(
            ErrorCode.SpaceMismatch,
            (await Assert.ThrowsAsync<SimileException>(() => ZeroShotClassifier<string>.CreateAsync(Texts, foreign, ["a cat"]))).Code
        );
        Assert.Equal(
            ErrorCode.InvalidOption,
            (await Assert.ThrowsAsync<SimileException>(() => ZeroShotClassifier<string>.CreateAsync(Texts, Texts, []))).Code
        );
        Assert.Equal(
            ErrorCode.InvalidOption,
            (await Assert.ThrowsAsync<SimileException>(() => ZeroShotClassifier<string>.CreateAsync(Texts, Texts, ["a cat", "a cat"]))).Code
        );
        Assert.Equal(
            ErrorCode.EmptyText,
            (await Assert.ThrowsAsync<SimileException>(() => ZeroShotClassifier<string>.CreateAsync(Texts, Texts, ["bird"]))).Code
        );
    }
}
