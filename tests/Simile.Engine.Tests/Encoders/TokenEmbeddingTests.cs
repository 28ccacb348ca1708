using System.Diagnostics;
using System.Runtime.InteropServices;
using Simile.Engine.Functions;
using Simile.Engine.Tensors;
using Simile.Engine.Transformers;

namespace Simile.Engine.Tests.Encoders;

/// <summary>The table of tokens, in memory and in its mapped file, while another program writes over the file.</summary>
public sealed unsafe class TokenEmbeddingTests : IDisposable
{
    private const int Width = 4;
    private readonly TemporaryFolder _folder = new();
    private readonly float[] _table = [.. Enumerable.Range(0, 3 * Width).Select(i => i * 0.25f)];

    [Fact]
    public void ATableInMemoryIsWhatWasLoaded()
    {
        using var file = Write();
        var embedding = Open(file, TokenEmbedding.LargestInMemory);
        Assert.Equal(3 * Width * sizeof(float), embedding.Bytes);
        Overwrite();
        embedding.EnsureUnchanged();
        Assert.Equal(_table[Width..(2 * Width)], Row(embedding, 1));
    }

    [Fact]
    public void ATableInItsFileIsAnErrorOnceTheFileChanged()
    {
        using var file = Write();
        var embedding = Open(file, (3 * Width * sizeof(float)) - 1);
        Assert.Equal(0, embedding.Bytes);
        embedding.EnsureUnchanged();
        Assert.Equal(_table[(2 * Width)..], Row(embedding, 2));
        Overwrite();
        Assert.Equal(ErrorCode.ModelChanged, Assert.Throws<SimileException>(embedding.EnsureUnchanged).Code);
    }

    public void Dispose() => _folder.Dispose();

    private static float[] Row(TokenEmbedding embedding, int id)
    {
        var row = new float[Width];
        fixed (float* target = row)
        {
            embedding.Forward(id, 0, 0, target);
        }

        return row;
    }

    private static TokenEmbedding Open(SafetensorsFile file, long largest) =>
        new(
            new EmbeddingWeights { Table = new TensorRows(file, file.Find("table")), LargestInMemory = largest },
            new TransformerConfig
            {
                Hidden = Width,
                Heads = 1,
                Intermediate = Width,
                Activation = ActivationKind.Relu,
                Epsilon = 1e-5f,
                Positions = 8,
            }
        );

    private SafetensorsFile Write()
    {
        SafetensorsWriter.Write(
            _folder.File("model.safetensors"),
            [new TensorToWrite("table", TensorType.F32, [3, Width], MemoryMarshal.AsBytes(_table.AsSpan()).ToArray())]
        );
        File.SetLastWriteTimeUtc(_folder.File("model.safetensors"), DateTime.UtcNow.AddDays(-1));
        return SafetensorsFile.Open(_folder.File("model.safetensors"));
    }

    // Another program, since .NET's own locks would keep this one from writing.
    private void Overwrite()
    {
        File.WriteAllBytes(_folder.File("other"), new byte[new FileInfo(_folder.File("model.safetensors")).Length]);
        using var copy = Process.Start("cp", [_folder.File("other"), _folder.File("model.safetensors")]);
        copy.WaitForExit();
        Assert.Equal(0, copy.ExitCode);
    }
}
