using System.Diagnostics;
using Simile.Engine.Tensors;
using Simile.Text;

namespace Simile.Tests.Models;

/// <summary>A file of a model in use is overwritten in place, as cp and rsync --inplace do, shortened, or replaced by renaming.</summary>
public sealed class ReplacedModelTests : IDisposable
{
    private static readonly string Source = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "encoders", "bert");
    private readonly TemporaryFolder _folder = new();

    private string Weights => _folder.File("model.safetensors");

    [Fact]
    public async Task ALoadedModelDoesNotSeeWhatIsWrittenOverItsFile()
    {
        foreach (var file in Directory.GetFiles(Source, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(Path.GetRelativePath(Source, file)))!);
            File.Copy(file, _folder.File(Path.GetRelativePath(Source, file)));
        }

        await using var embedder = await TextEmbedder.LoadAsync(_folder.Path);
        var before = (await embedder.EmbedAsync(["ba de fi"]))[0].ToArray();
        await OverwriteAsync(new FileInfo(Weights).Length);
        Assert.Equal(before, (await embedder.EmbedAsync(["ba de fi"]))[0].ToArray());
        await OverwriteAsync(100);
        Assert.Equal(before, (await embedder.EmbedAsync(["ba de fi"]))[0].ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnOpenFileThatIsWrittenToIsAnError(bool keepsLength)
    {
        File.Copy(Path.Combine(Source, "model.safetensors"), Weights);
        using var file = SafetensorsFile.Open(Weights);
        file.EnsureUnchanged();
        var length = new FileInfo(Weights).Length;
        await OverwriteAsync(keepsLength ? length : 100);
        var error = Assert.Throws<SimileException>(file.EnsureUnchanged);
        Assert.Equal(ErrorCode.ModelChanged, error.Code);
        Assert.Contains($"had {length} bytes", error.Message);
        Assert.Contains($"has {(keepsLength ? length : 100)} of", error.Message);
    }

    [Fact]
    public void AFilePutInItsPlaceByRenamingHarmsNobody()
    {
        File.Copy(Path.Combine(Source, "model.safetensors"), Weights);
        using var file = SafetensorsFile.Open(Weights);
        var tensor = file.Tensors.Values.First(tensor => tensor.Type == TensorType.F32);
        var before = file.ReadFloats(tensor.Name);
        File.WriteAllBytes(_folder.File("new"), new byte[1000]);
        File.Move(_folder.File("new"), Weights, overwrite: true);
        file.EnsureUnchanged();
        Assert.Equal(before, file.ReadFloats(tensor.Name));
    }

    public void Dispose() => _folder.Dispose();

    // Another program, since .NET's own locks would keep this one from writing.
    private async Task OverwriteAsync(long length)
    {
        var other = _folder.File("other");
        await File.WriteAllBytesAsync(other, [.. Enumerable.Range(0, (int)length).Select(i => (byte)(i * 31))]);
        File.SetLastWriteTimeUtc(Weights, DateTime.UtcNow.AddDays(-1));
        using var copy = Process.Start("cp", [other, Weights]);
        await copy.WaitForExitAsync();
        Assert.Equal((0, length), (copy.ExitCode, new FileInfo(Weights).Length));
    }
}
