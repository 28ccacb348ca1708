using System.Text.Json;

namespace Simile.Cli.Tests;

/// <summary>The verbs over pictures, with the shipped models and the sample pictures.</summary>
public sealed class PictureCommandTests : IDisposable
{
    private static readonly string Samples = RepositoryRoot.Find("samples", "pictures");
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task EmbedTakesTextsAndPicturesInOrder()
    {
        File.WriteAllText(_folder.File("bad.png"), "no picture");
        var result = await CliProcess.RunAsync(
            null,
            "embed",
            Picture("pizza.jpg"),
            "a pizza",
            "@" + _folder.File("bad.png"),
            Picture("chair.png")
        );
        var rows = result.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal((1, 4), (result.ExitCode, rows.Length));
        Assert.Equal([256, 256, 256], new[] { 0, 1, 3 }.Select(i => rows[i].GetProperty("embedding").GetArrayLength()));
        Assert.Equal("SIM113", rows[2].GetProperty("error").GetProperty("code").GetString());
        Assert.Equal([0, 1, 2, 3], rows.Select(row => row.GetProperty("index").GetInt32()));
    }

    [Fact]
    public async Task AFolderOfPicturesIsOneInputEach()
    {
        var output = _folder.File("x.npy");
        var result = await CliProcess.RunAsync(null, "embed", "@" + Samples, "--output", output);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(128 + (Directory.GetFiles(Samples).Length * 256 * 4), new FileInfo(output).Length);
    }

    [Fact]
    public async Task AnIndexOfPicturesIsMadeSearchedAndKeptUpToDate()
    {
        File.Copy(Path.Combine(Samples, "pizza.jpg"), _folder.File("1.jpg"));
        File.Copy(Path.Combine(Samples, "starfish.webp"), _folder.File("2.webp"));
        File.WriteAllText(_folder.File("broken.gif"), "GIF89a");
        File.WriteAllText(_folder.File("owls.md"), "# Owls\nOwls hunt at night.");
        var store = Path.Combine(_folder.File("index"), "i.db");
        Directory.CreateDirectory(_folder.File("index"));
        // Four files, three of them indexed, a chunk each, and one that is damaged.
        Assert.Equal("4,3,3,1", Figures(await IndexAsync(store)));
        File.Delete(_folder.File("broken.gif"));
        Assert.Equal("3,0,0,0", Figures(await IndexAsync(store)));
        var byText = await CliProcess.RunAsync(null, "search", "a starfish", "--store", store, "--json");
        var first = JsonDocument.Parse(byText.Lines[0]).RootElement;
        Assert.EndsWith("2.webp", first.GetProperty("path").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            ("picture", 0, "2.webp"),
            (first.GetProperty("kind").GetString(), first.GetProperty("start_line").GetInt32(), first.GetProperty("text").GetString())
        );
        var byPicture = await CliProcess.RunAsync(null, "search", Picture("pizza.jpg"), "--store", store, "--json");
        Assert.EndsWith(
            "1.jpg",
            JsonDocument.Parse(byPicture.Lines[0]).RootElement.GetProperty("path").GetString(),
            StringComparison.Ordinal
        );
        var byWords = await CliProcess.RunAsync(null, "search", Picture("pizza.jpg"), "--store", store, "--mode", "keyword");
        Assert.Equal((2, true), (byWords.ExitCode, byWords.Error.Contains("no words", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task InspectShowsWhatAPictureIsAndWhatTheNetworkSees()
    {
        var shown = JsonDocument
            .Parse((await CliProcess.RunAsync(null, "inspect", Picture("sunflower.jpg"), "--json")).Lines[0])
            .RootElement;
        Assert.Equal(
            (1, 64, "jpeg"),
            (
                shown.GetProperty("orientation").GetInt32(),
                shown.GetProperty("sha256").GetString()!.Length,
                shown.GetProperty("format").GetString()
            )
        );
        var (width, height) = (shown.GetProperty("width").GetInt32(), shown.GetProperty("height").GetInt32());
        await CliProcess.RunAsync(null, "inspect", Picture("sunflower.jpg"), "--output", _folder.File("decoded.npy"));
        Assert.Equal(128 + (width * height * 3), new FileInfo(_folder.File("decoded.npy")).Length);
        var prepared = await CliProcess.RunAsync(
            null,
            "inspect",
            Picture("sunflower.jpg"),
            "--stage",
            "prepared",
            "--output",
            _folder.File("prepared.npy")
        );
        Assert.True(prepared.ExitCode == 0, prepared.Error);
        Assert.Equal(128 + (112 * 112 * 3 * 4), new FileInfo(_folder.File("prepared.npy")).Length);
        Assert.Equal(2, (await CliProcess.RunAsync(null, "inspect", "a text", "--stage", "prepared")).ExitCode);
    }

    [Fact]
    public async Task PicturesAreClassified()
    {
        var result = await CliProcess.RunAsync(
            null,
            "classify",
            Picture("umbrella.png"),
            "--labels",
            "umbrella,pizza,chair",
            "--template",
            "a photo of a {}",
            "--json"
        );
        var best = JsonDocument.Parse(result.Lines[0]).RootElement;
        Assert.Equal(("umbrella", true), (best.GetProperty("label").GetString(), best.GetProperty("score").GetDouble() is > 0.9 and < 1));
    }

    [Fact]
    public async Task BenchSplitsTheTimeOfPictures()
    {
        var row = JsonDocument.Parse((await CliProcess.RunAsync(null, "bench", "--corpus", Samples, "--json")).Lines[0]).RootElement;
        Assert.Equal(Directory.GetFiles(Samples).Length, row.GetProperty("images").GetInt32());
        Assert.All(
            ["images_per_s", "decode_ms", "prepare_ms", "forward_ms", "p50_ms", "peak_memory_mb"],
            name => Assert.True(row.GetProperty(name).GetDouble() > 0)
        );
    }

    public void Dispose() => _folder.Dispose();

    private static string Picture(string name) => "@" + Path.Combine(Samples, name);

    private async Task<JsonElement> IndexAsync(string store) =>
        JsonDocument
            .Parse((await CliProcess.RunAsync(null, "index", _folder.File("1.jpg"), _folder.Path, "--store", store, "--json")).Lines[0])
            .RootElement;

    private static string Figures(JsonElement report) =>
        string.Join(',', new[] { "files", "changed", "chunks", "problems" }.Select(name => report.GetProperty(name).GetInt32()));
}
