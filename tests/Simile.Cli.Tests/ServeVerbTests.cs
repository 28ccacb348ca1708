using System.Diagnostics;
using System.Text;

namespace Simile.Cli.Tests;

/// <summary>'simile serve' as a process: what it prints, that it answers, and how it ends.</summary>
public class ServeVerbTests
{
    [Fact]
    public async Task ItSaysWhereItListensAnswersAndEndsWhenItIsTold()
    {
        using var process = CliProcess.Start("serve", "--port", "0");
        try
        {
            var first = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            var curl = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.Contains("Simile serves simile-text-mini at http://127.0.0.1:", first, StringComparison.Ordinal);
            var address = first!.Split(" at ")[1].Split(' ')[0];
            Assert.StartsWith($"curl {address}/v1/embeddings", curl, StringComparison.Ordinal);

            using var client = new HttpClient();
            using var body = new StringContent("""{"input":"a cat"}""", Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(address + "/v1/embeddings", body, TestContext.Current.CancellationToken);
            Assert.Equal(200, (int)answer.StatusCode);

            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
            Assert.Contains(
                "Ending",
                await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken),
                StringComparison.Ordinal
            );
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    [Theory]
    [InlineData("SIM801", "--host", "0.0.0.0")]
    [InlineData("SIM901", "--host", "nowhere")]
    [InlineData("SIM901", "--key", "short")]
    [InlineData("SIM901", "--alias", "a=nobody")]
    [InlineData("SIM201", "--model", "nobody")]
    public async Task WhatIsWrongIsSaidBeforeItListens(string code, string option, string value)
    {
        var result = await CliProcess.RunAsync(null, "serve", "--port", "0", option, value);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(code, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }
}
