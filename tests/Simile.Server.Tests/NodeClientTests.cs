using System.Diagnostics;
using System.Text.Json;

namespace Simile.Server.Tests;

/// <summary>The makers' own JavaScript clients (tests/clients) against the real server. They need node and, the first time, a registry of
/// npm packages; a machine without node skips them, continuous integration does not.</summary>
public sealed class NodeClientTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static readonly string Folder = RepositoryRoot.Find("tests", "clients");
    private static readonly string[] Texts = ["a cat on the sofa", "interest rates rose again", "日本語 🙂"];
    private static readonly SemaphoreSlim Installing = new(1, 1);

    [Theory]
    [InlineData(RunningServer.Mini)]
    [InlineData(RunningServer.Bert)]
    public async Task EveryClientGetsTheBits(string model)
    {
        await RequireClientsAsync();
        var stop = TestContext.Current.CancellationToken;
        var found = await AskAsync(shared.Server.Address, model);
        var plain = await shared.Model(model).EmbedAsync(Texts, cancellationToken: stop);
        var documents = await shared.Model(model).EmbedAsync(Texts, new EmbedOptions { Purpose = EmbedPurpose.Document }, stop);
        var tokens = plain.Outcomes.ToArray().Sum(outcome => outcome.TokensUsed);

        foreach (var client in (string[])["openai", "openai float", "ollama"])
        {
            Assert.Equal(plain.Select(vector => vector.ToArray()), Rows(found[client]));
        }

        foreach (var client in (string[])["cohere", "voyage"])
        {
            Assert.Equal(documents.Select(vector => vector.ToArray()), Rows(found[client]));
        }

        Assert.All(["openai", "ollama", "voyage"], client => Assert.Equal(tokens, found[client].GetProperty("tokens").GetInt32()));
        // The client of the hub names no model, so the first one compares.
        var first = await shared.Mini.EmbedAsync(Texts, cancellationToken: stop);
        Assert.Equal(first.Select(vector => vector.ToArray()), Rows(found["huggingface"]));
        Assert.Equal(
            Enumerable.Range(1, Texts.Length - 1).Select(i => Similarity.Cosine(first[0], first[i])),
            Read.Floats(found["huggingface similarity"].GetProperty("scores"))
        );
    }

    [Fact]
    public async Task EveryClientShowsModelsOrdersAndErrors()
    {
        await RequireClientsAsync();
        var found = await AskAsync(shared.Server.Address, RunningServer.Mini);
        Assert.Equal(
            [RunningServer.Mini, RunningServer.Bert],
            found["openai models"].GetProperty("models").EnumerateArray().Select(name => name.GetString())
        );
        Assert.Equal(RunningServer.Mini, Read.Text(found["openai models"], "one"));
        Assert.Contains(
            RunningServer.Mini + ":latest",
            found["ollama models"].GetProperty("models").EnumerateArray().Select(name => name.GetString())
        );

        // A text is most like itself.
        Assert.Equal(0, found["cohere rerank"].GetProperty("order")[0].GetInt32());
        Assert.Equal(0, found["voyage rerank"].GetProperty("order")[0].GetInt32());
        Assert.Equal(2, found["cohere rerank"].GetProperty("order").GetArrayLength());

        Assert.Equal(404, found["openai error"].GetProperty("status").GetInt32());
        Assert.Equal("model_not_found", Read.Text(found["openai error"], "code"));
        Assert.Equal("NotFoundError", Read.Text(found["openai error"], "type"));
        Assert.StartsWith("req_", Read.Text(found["openai error"], "id"), StringComparison.Ordinal);
        Assert.Equal(404, found["ollama error"].GetProperty("status").GetInt32());
        Assert.Contains("not served", Read.Text(found["ollama error"], "message"), StringComparison.Ordinal);
        Assert.Equal(404, found["voyage error"].GetProperty("status").GetInt32());
    }

    private static IEnumerable<float[]> Rows(JsonElement found) => found.GetProperty("vectors").EnumerateArray().Select(Read.Floats);

    private static async Task<Dictionary<string, JsonElement>> AskAsync(Uri address, string model)
    {
        var output = await RunAsync("node", "run.mjs", address.GetLeftPart(UriPartial.Authority), model);
        return output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonElement.Parse(line))
            .ToDictionary(line => Read.Text(line, "client"), StringComparer.Ordinal);
    }

    private static async Task RequireClientsAsync()
    {
        var isInstalled = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, "node")));
        Assert.SkipUnless(isInstalled || Environment.GetEnvironmentVariable("CI") == "true", "node is not installed.");
        await Installing.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            var installed = new FileInfo(Path.Combine(Folder, "node_modules", ".package-lock.json"));
            if (!installed.Exists || installed.LastWriteTimeUtc < File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json")))
            {
                await RunAsync("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
                File.SetLastWriteTimeUtc(installed.FullName, DateTime.UtcNow);
            }
        }
        finally
        {
            Installing.Release();
        }
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SIMILE_TEXTS"] = JsonSerializer.Serialize(Texts);
        using var process = Process.Start(start)!;
        var stop = TestContext.Current.CancellationToken;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
        await process.WaitForExitAsync(stop);
        Assert.True(process.ExitCode == 0, await error);
        return await output;
    }
}
