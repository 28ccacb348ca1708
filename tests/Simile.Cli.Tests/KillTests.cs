namespace Simile.Cli.Tests;

/// <summary>An index process is killed at random moments; then a clean run must leave the index that an undisturbed one leaves.</summary>
public sealed class KillTests : IDisposable
{
    private const int Kills = 10;
    private const int Files = 400;
    private static readonly string[] Words = ["river", "bread", "music", "engine", "cloud", "paper", "stone", "garden", "window", "number"];
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task AnIndexSurvivesBeingKilled()
    {
        var random = new Random(2);
        var documents = _folder.File("docs");
        Directory.CreateDirectory(documents);
        foreach (var file in Enumerable.Range(0, Files))
        {
            await WriteAsync(documents, file, random);
        }

        var killed = _folder.File("killed.db");
        var (interrupted, longest) = (0, 1000);
        for (var i = 0; i < Kills || interrupted < Kills / 2; i++)
        {
            // There is always something left to do, and something to take out.
            foreach (var file in Enumerable.Range(0, Files).Where(_ => random.Next(3) == 0))
            {
                await WriteAsync(documents, file, random);
            }

            File.Delete(Path.Combine(documents, $"{random.Next(Files)}.txt"));
            using var process = CliProcess.Start("index", documents, "--store", killed);
            // One that was faster is killed earlier the next time; at once, in the end.
            (interrupted, longest) = process.WaitForExit(random.Next(longest)) ? (interrupted, longest / 2) : (interrupted + 1, longest);
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        var clean = _folder.File("clean.db");
        foreach (var store in (string[])[killed, clean])
        {
            Assert.Equal(0, (await CliProcess.RunAsync(null, "index", documents, "--store", store)).ExitCode);
        }

        Assert.Equal(await ContentsAsync(clean), await ContentsAsync(killed));
    }

    public void Dispose() => _folder.Dispose();

    private static Task WriteAsync(string folder, int file, Random random)
    {
        var sentences = Enumerable
            .Range(0, 200)
            .Select(_ => string.Join(' ', Enumerable.Range(0, 12).Select(_ => Words[random.Next(Words.Length)])) + $" {file}.");
        return File.WriteAllTextAsync(Path.Combine(folder, $"{file}.txt"), string.Join('\n', sentences));
    }

    private static async Task<List<string>> ContentsAsync(string path)
    {
        using var store = Hosting.SimileHost.OfThisMachine().OpenStore(path, create: false);
        var files = await store.ReadFilesAsync([.. (await store.ListFilesAsync()).Keys]);
        var rows = files.SelectMany(file =>
            file.Chunks.Select(
                (chunk, i) => $"{file.Path} {chunk.StartLine} {chunk.Text.Length} {string.Join(' ', file.Vectors[i].Span[..4].ToArray())}"
            )
        );
        var words = (await store.SearchWordsAsync("bread 17", 100_000)).Count;
        return [.. rows.Order(StringComparer.Ordinal), $"{words} with a word"];
    }
}
