using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Simile.Engine.Tensors;

namespace Simile.Engine.Tests.Tensors;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Headers that lie, each with 8 bytes of data behind it.</summary>
    public static TheoryData<string> HostileHeaders =>
        [
            "",
            "[]",
            "{",
            "null",
            "{\"a\":1}",
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}",
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}",
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[9223372036854775800,9223372036854775807]}}",
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}",
            "{\"a\":{\"dtype\":\"F31\",\"shape\":[2],\"data_offsets\":[0,8]}}",
            "{\"a\":{\"dtype\":\"1\",\"shape\":[2],\"data_offsets\":[0,8]}}",
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]}}",
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        ];

    [Fact]
    public void WhatIsWrittenIsReadAgain()
    {
        var path = _folder.File("model.safetensors");
        float[] floats = [1.5f, -2, 0.25f];
        Half[] halves = [(Half)1.5f, (Half)(-2f)];
        ushort[] brain = [0x3FC0, 0xC000];
        SafetensorsWriter.Write(
            path,
            [
                new("floats", TensorType.F32, [3], MemoryMarshal.AsBytes(floats.AsSpan()).ToArray()),
                new("halves", TensorType.F16, [2, 1], MemoryMarshal.AsBytes(halves.AsSpan()).ToArray()),
                new("brain", TensorType.BF16, [2], MemoryMarshal.AsBytes(brain.AsSpan()).ToArray()),
                new("codes", TensorType.I8, [2], new byte[] { 0xFF, 7 }),
            ],
            new Dictionary<string, string> { ["step"] = "7" }
        );
        using var file = SafetensorsFile.Open(path);
        Assert.Equal(floats, file.ReadFloats("floats"));
        Assert.Equal([1.5f, -2], file.ReadFloats("halves"));
        Assert.Equal([1.5f, -2], file.ReadFloats("brain"));
        Assert.Equal([-1f, 7], file.ReadFloats("codes"));
        Assert.Equal([2L, 1], file.Find("halves").Shape);
        Assert.Equal("7", file.Metadata["step"]);
        Assert.False(File.Exists(path + ".tmp"));
    }

    [Theory]
    [MemberData(nameof(HostileHeaders))]
    public void AHeaderThatLiesIsAnError(string header)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var error = Assert.Throws<SimileException>(() => SafetensorsFile.Open(WriteRaw((ulong)json.Length, [.. json, .. new byte[8]])));
        Assert.Equal(ErrorCode.BadCheckpoint, error.Code);
    }

    [Theory]
    [InlineData(100UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 40)]
    public void ALengthBeyondTheFileIsAnError(ulong length) =>
        Assert.Equal(
            ErrorCode.BadCheckpoint,
            Assert.Throws<SimileException>(() => SafetensorsFile.Open(WriteRaw(length, "{}"u8.ToArray()))).Code
        );

    [Fact]
    public void EveryTruncationIsAnError()
    {
        var path = _folder.File("whole.safetensors");
        SafetensorsWriter.Write(path, [new("a", TensorType.F32, [4], new byte[16])]);
        var whole = File.ReadAllBytes(path);
        for (var length = 0; length < whole.Length; length++)
        {
            var part = _folder.File("part.safetensors");
            File.WriteAllBytes(part, whole[..length]);
            Assert.Equal(ErrorCode.BadCheckpoint, Assert.Throws<SimileException>(() => SafetensorsFile.Open(part)).Code);
        }
    }

    [Fact]
    public void AMissingFileIsNotFound() =>
        Assert.Equal(ErrorCode.ModelNotFound, Assert.Throws<SimileException>(() => SafetensorsFile.Open(_folder.File("none"))).Code);

    public void Dispose() => _folder.Dispose();

    private string WriteRaw(ulong length, byte[] rest)
    {
        var path = _folder.File("raw.safetensors");
        var start = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(start, length);
        File.WriteAllBytes(path, [.. start, .. rest]);
        return path;
    }
}
