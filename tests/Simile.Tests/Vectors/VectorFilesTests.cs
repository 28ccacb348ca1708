using System.Text;
using Simile.Vectors.Files;

namespace Simile.Tests.Vectors;

public sealed class VectorFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("v.npy")]
    [InlineData("v.jsonl")]
    [InlineData("v.csv")]
    [InlineData("v.safetensors")]
    public async Task WhatIsWrittenIsReadAgain(string name)
    {
        VectorRow[] rows =
        [
            new(new float[] { 1.1f, -2e-20f, 3 }),
            new(default, new SimileException(ErrorCode.EmptyText, "empty")),
            new(new float[] { 0, 1e20f, -1 }),
        ];
        Assert.Equal(3, await VectorFiles.WriteAsync(_folder.File(name), 3, rows.ToAsyncEnumerable()));
        var table = VectorFiles.Read(_folder.File(name));
        Assert.Equal(3, table.Dimensions);
        Assert.Equal([1.1f, -2e-20f, 3, float.NaN, float.NaN, float.NaN, 0, 1e20f, -1], table.Values);
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    /// <summary>Files that numpy wrote (tests/reference/vectors.py).</summary>
    [Theory]
    [InlineData("numpy.npy", 1e-7f)]
    [InlineData("numpy-half.npy", 1e-3f)]
    public void FilesOfNumpyAreRead(string name, float tolerance)
    {
        var table = VectorFiles.Read(RepositoryRoot.Find("tests", "Simile.Tests", "Vectors", name));
        Assert.Equal(3, table.Dimensions);
        Assert.All(table.Values.Select((value, i) => (value, i)), pair => Assert.Equal((pair.i - 5) / 7f, pair.value, tolerance));
    }

    [Fact]
    public async Task NothingStaysBehindWhenWritingFails()
    {
        await Assert.ThrowsAsync<SimileException>(() =>
            VectorFiles.WriteAsync(_folder.File("v.npy"), 3, new[] { new VectorRow(new float[2]) }.ToAsyncEnumerable())
        );
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("v.npy", "not numpy at all, but longer than a header")]
    [InlineData("v.npy", "")]
    [InlineData("v.csv", "1,2\n3\n")]
    [InlineData("v.jsonl", "{\"embedding\":[1,2]}\n{\"embedding\":")]
    [InlineData("v.txt", "1")]
    public void DamagedFilesAreErrors(string name, string content)
    {
        File.WriteAllText(_folder.File(name), content);
        Assert.Equal(ErrorCode.BadVectorFile, Assert.Throws<SimileException>(() => VectorFiles.Read(_folder.File(name))).Code);
    }

    [Theory]
    [InlineData("(999999999999999999, 2)")]
    [InlineData("(9, 2)")]
    [InlineData("(1, 2, 3)")]
    public void AnNpyHeaderThatLiesIsAnError(string shape)
    {
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n";
        File.WriteAllBytes(_folder.File("v.npy"), [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(header), .. new byte[8]]);
        Assert.Equal(ErrorCode.BadVectorFile, Assert.Throws<SimileException>(() => VectorFiles.Read(_folder.File("v.npy"))).Code);
    }

    public void Dispose() => _folder.Dispose();
}
