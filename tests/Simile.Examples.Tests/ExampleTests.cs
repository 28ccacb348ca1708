namespace Simile.Examples.Tests;

/// <summary>The examples run, and print what they promise.</summary>
public class ExampleTests
{
    private const int LongestExample = 60;

    public static TheoryData<string> Examples =>
        [.. Directory.GetDirectories(RepositoryRoot.Find("examples")).Select(path => Path.GetFileName(path)!)];

    [Theory]
    [MemberData(nameof(Examples))]
    public void AnExampleIsOneShortFile(string example)
    {
        var file = Assert.Single(Directory.GetFiles(RepositoryRoot.Find("examples", example), "*.cs"));
        Assert.InRange(File.ReadLines(file).Count(), 1, LongestExample);
    }

    [Fact]
    public async Task TheLibraryComparesTextsAndAPicture()
    {
        var lines = await ExampleProcess.LinesAsync("Library");
        Assert.Equal("3 texts, 256 values each", lines[0]);
        Assert.True(ScoreOf(lines[1]) > ScoreOf(lines[2]), "A cat is more like a kitten than like shares.");
        Assert.Equal("row 0: SIM103", lines[3]);
        Assert.StartsWith("row 1: ", lines[4], StringComparison.Ordinal);
        Assert.Equal("sunflower.jpg", lines[5]);
        Assert.EndsWith("a photo of a sunflower", lines[6], StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHostsEmbedderAnswersFromItsCache()
    {
        var lines = await ExampleProcess.LinesAsync("DependencyInjection");
        Assert.Equal("I forgot my login -> How to reset your password", lines[0]);
        Assert.Equal("where is my parcel -> How to follow your delivery", lines[1]);
        Assert.Equal(lines[0], lines[2]);
        // Three answers and two questions.
        Assert.Equal("6 calls, 5 texts through the model", lines[3]);
        Assert.Equal("Healthy", lines[4]);
    }

    [Fact]
    public async Task RetrievalPutsTheAnswerIntoThePrompt()
    {
        var lines = await ExampleProcess.LinesAsync("Rag");
        Assert.Contains("samples/kitchen/storing-loaves.md", lines[1].Replace('\\', '/'), StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith("[1] ", StringComparison.Ordinal));
        Assert.Equal("Question: How do I keep bread from going stale?", lines[^1]);
    }

    private static double ScoreOf(string line) => double.Parse(line.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
}
