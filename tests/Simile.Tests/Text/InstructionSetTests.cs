using System.Diagnostics;

namespace Simile.Tests.Text;

/// <summary>The same reference vectors on processors that lack instructions: the tests run again in a process of their own, with these
/// switched off.</summary>
public class InstructionSetTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2", "Simile.Tests.Digests.VectorDigestTests.VectorsHaveTheBitsOfTheList")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task TheReferenceVectorsHoldWithoutAnInstructionSet(string variable, params string[] more)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList =
            {
                "--filter-method",
                "Simile.Tests.Text.EncoderReferenceTests.FloatsAreThoseOfPyTorch",
                "Simile.Tests.Text.ClipReferenceTests.FloatsAreThoseOfPyTorch",
            },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Insert(0, typeof(InstructionSetTests).Assembly.Location);
        }

        Array.ForEach([.. more, "--no-progress"], start.ArgumentList.Add);
        start.Environment[variable] = "0";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output);
        Assert.Matches(@"succeeded: [1-9]", output);
    }
}
