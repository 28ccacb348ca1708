using System.Security.Cryptography;
using System.Text.Json;
using Simile.Imaging;

namespace Simile.Tests.Imaging.Decoding;

public class WebPTests
{
    private static readonly string Folder = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "pictures", "webp");
    private readonly ImageReader _reader = new();

    [Fact]
    public void FilesThatPillowReadsHaveItsPixels()
    {
        var cases = Album().Cases.Where(pair => pair.Value.Error is null).ToList();
        Assert.True(cases.Count > 150);
        Assert.All(cases, pair => AssertIsAsExpected(pair.Key, File.ReadAllBytes(Path.Combine(Folder, pair.Key)), pair.Value));
    }

    [Fact]
    public void FilesThatPillowRefusesAreRefused()
    {
        var cases = Album().Cases.Where(pair => pair.Value.Error is not null).ToList();
        Assert.True(cases.Count > 40);
        Assert.All(cases, pair => Assert.True(CodeOf(File.ReadAllBytes(Path.Combine(Folder, pair.Key))) is ErrorCode.DamagedImage or ErrorCode.UnsupportedImage or ErrorCode.UnknownImageFormat, pair.Key));
    }

    [Fact]
    public void PicturesOfPillowsOwnTestsHaveItsPixels()
    {
        var folder = RepositoryRoot.Shared("golden", "images");
        var golden = JsonSerializer.Deserialize<Dictionary<string, Expected>>(File.ReadAllBytes(Path.Combine(Folder, "..", "webp-golden.json")), JsonSerializerOptions.Web)!;
        Assert.All(Directory.GetFiles(folder, "*.webp", SearchOption.AllDirectories), path => AssertIsAsExpected(Path.GetFileName(path), File.ReadAllBytes(path), golden[Path.GetFileName(path)]));
    }

    [Fact]
    public void AnotherProfileOrVersionIsUnsupported()
    {
        var lossy = Stored("lossy-16x2.webp");
        lossy[20] |= 1;
        Assert.Equal(ErrorCode.UnsupportedImage, CodeOf(lossy));
        var lossless = Stored("lossless-16x2.webp");
        lossless[24] |= 0x20;
        Assert.Equal(ErrorCode.UnsupportedImage, CodeOf(lossless));
    }

    [Theory]
    [InlineData("lossy-130x97.webp")]
    [InlineData("lossless-130x97.webp")]
    public void LimitsHold(string name)
    {
        Assert.Equal(ErrorCode.ImageTooLarge, CodeOf(Stored(name), new ImageReader(ImageLimits.Default with { MaxPixels = 12_609 })));
        Assert.Equal(ErrorCode.ImageTooLarge, CodeOf(Stored(name), new ImageReader(ImageLimits.Default with { MaxMemoryBytes = 50_000 })));
        using var ended = new CancellationTokenSource();
        ended.Cancel();
        Assert.Throws<OperationCanceledException>(() => _reader.Read(Stored(name), ended.Token));
    }

    // Flipped, put in and cut out bytes, with the sizes of the file and of its first chunk kept true more often than not.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void MutatedFilesGiveAPictureOrAnErrorOfOurs(int seed)
    {
        var random = new Random(seed);
        var files = Directory.GetFiles(Folder, "*.webp").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(file => file.Length > 40).ToArray();
        for (var i = 0; i < 1000; i++)
        {
            var file = Mutated([.. files[random.Next(files.Length)]], random);
            var error = Record.Exception(() => _reader.Read(file));
            Assert.True(error is null or SimileException, $"seed {seed}, mutation {i}: {error}");
        }
    }

    private static byte[] Mutated(List<byte> file, Random random)
    {
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var at = random.Next(2) == 0 ? random.Next(12, Math.Min(60, file.Count)) : random.Next(12, file.Count);
            switch (random.Next(4))
            {
                case 0:
                    file.Insert(at, (byte)random.Next(256));
                    break;
                case 1:
                    file.RemoveRange(at, Math.Min(random.Next(1, 4), file.Count - at));
                    break;
                default:
                    file[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }

        byte[] mutated = [.. file, .. new byte[file.Count & 1]];
        BitConverter.TryWriteBytes(mutated.AsSpan(4), mutated.Length - 8);
        if (mutated.Length > 20 && mutated[15] != (byte)'X' && random.Next(4) > 0)
        {
            BitConverter.TryWriteBytes(mutated.AsSpan(16), mutated.Length - 20);
        }

        return mutated;
    }

    private void AssertIsAsExpected(string name, byte[] file, Expected expected)
    {
        var decoded = _reader.Read(file);
        var digest = Convert.ToHexStringLower(SHA256.HashData(decoded.Image.Pixels));
        var orientation = expected.Orientation is >= 1 and <= 8 ? expected.Orientation : 1;
        Assert.Equal((name, ImageFormat.WebP, expected.Width, expected.Height, orientation, expected.Pixels), (name, decoded.Format, decoded.Image.Width, decoded.Image.Height, decoded.Orientation, digest));
    }

    private string? CodeOf(byte[] file, ImageReader? reader = null) => (Record.Exception(() => (reader ?? _reader).Read(file)) as SimileException)?.Code;

    private static byte[] Stored(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    private static AlbumFile Album() => JsonSerializer.Deserialize<AlbumFile>(File.ReadAllBytes(Path.Combine(Folder, "expected.json")), JsonSerializerOptions.Web)!;

    private sealed record AlbumFile(Dictionary<string, Expected> Cases);

    private sealed record Expected(int Width, int Height, int Orientation, string? Pixels, string? Error);
}
