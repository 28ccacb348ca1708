using Simile.Imaging;

namespace Simile.Tests.Imaging.Decoding;

/// <summary>Damaged and hostile JPEG files: a picture or a coded error, nothing else.</summary>
public class JpegHostileTests
{
    private static readonly ImageReader Reader = new(new ImageLimits { MaxPixels = 1 << 20, MaxMemoryBytes = 16 << 20 });

    [Fact]
    public void MutatedFilesGiveAPictureOrACodedError()
    {
        var random = new Random(20250);
        var sources = Directory.GetFiles(Folder, "*.jpg").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(file => file.Length > 100).ToArray();
        var pictures = 0;
        for (var i = 0; i < 2500; i++)
        {
            pictures += TryRead(Mutate([.. sources[random.Next(sources.Length)]], random)) ? 1 : 0;
        }

        Assert.InRange(pictures, 300, 2400);
    }

    [Fact]
    public void EveryCutGivesAPictureOrACodedError()
    {
        foreach (var name in new[] { "1x9-420.jpg", "3x3-progressive.jpg", "cmyk.jpg", "exif-big-8.jpg", "restarts-2b.jpg" })
        {
            var file = File.ReadAllBytes(Path.Combine(Folder, name));
            for (var length = 0; length < file.Length; length++)
            {
                TryRead([.. file[..length]]);
            }
        }
    }

    [Theory]
    [InlineData(65500, 65500)]
    [InlineData(1, 65535)]
    [InlineData(65535, 65535)]
    [InlineData(65535, 1)]
    public void ClaimsOfSizeAreCheckedBeforeMemoryIsTaken(int width, int height)
    {
        foreach (var name in new[] { "grey.jpg", "grey-progressive.jpg", "q75-420.jpg", "progressive-444.jpg" })
        {
            var file = WithSize(File.ReadAllBytes(Path.Combine(Folder, name)), width, height);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains(Assert.Throws<SimileException>(() => Reader.Read(file)).Code, new[] { ErrorCode.ImageTooLarge, ErrorCode.DamagedImage });
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Fact]
    public void MemoryOfCoefficientsCounts()
    {
        var reader = new ImageReader(new ImageLimits { MaxMemoryBytes = 5 << 20 });
        var file = WithSize(File.ReadAllBytes(Path.Combine(Folder, "progressive-444.jpg")), 1000, 1000);
        Assert.Equal(ErrorCode.ImageTooLarge, Assert.Throws<SimileException>(() => reader.Read(file)).Code);
    }

    [Theory]
    [InlineData(4000, ErrorCode.DamagedImage)]
    [InlineData(900, ErrorCode.ImageTooSlow)]
    public void EndlessScansEnd(int scans, string code)
    {
        var file = File.ReadAllBytes(Path.Combine(Folder, "bands-only.jpg"));
        var scan = file.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        byte[] bomb = [.. file[..scan], .. Enumerable.Repeat(file[scan..^2], scans).SelectMany(bytes => bytes), .. file[^2..]];
        var reader = new ImageReader(time: code == ErrorCode.ImageTooSlow ? new Clock() : null);
        Assert.Equal(code, Assert.Throws<SimileException>(() => reader.Read(bomb)).Code);
    }

    [Fact]
    public void CancellingEndsDecoding()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => Reader.Read(File.ReadAllBytes(Path.Combine(Folder, "grey.jpg")), cancelled.Token));
    }

    private static string Folder => RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "pictures", "jpeg");

    private static bool TryRead(byte[] file)
    {
        try
        {
            Reader.Read(file);
            return true;
        }
        catch (SimileException)
        {
            return false;
        }
    }

    private static byte[] WithSize(byte[] file, int width, int height)
    {
        var at = 2;
        while (file[at + 1] is not (0xC0 or 0xC2))
        {
            at += 2 + (file[at + 2] << 8) + file[at + 3];
        }

        (file[at + 5], file[at + 6]) = ((byte)(height >> 8), (byte)height);
        (file[at + 7], file[at + 8]) = ((byte)(width >> 8), (byte)width);
        return file;
    }

    private static byte[] Mutate(List<byte> file, Random random)
    {
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(2, file.Count);
            var length = Math.Min(random.Next(1, 40), file.Count - at);
            switch (random.Next(6))
            {
                case 0 or 1:
                    file[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    file[at] = random.GetItems([(byte)0, (byte)0xFF, (byte)0xC4, (byte)0xD9, (byte)0xDA, (byte)0xD3], 1)[0];
                    break;
                case 3:
                    file.RemoveRange(at, Math.Min(length, file.Count - 10));
                    break;
                case 4:
                    file.InsertRange(random.Next(2, file.Count), file.GetRange(at, length));
                    break;
                default:
                    file.InsertRange(at, Enumerable.Range(0, length / 4).Select(_ => (byte)random.Next(256)).ToArray());
                    break;
            }
        }

        return [.. file];
    }

    // Every look at the clock takes ten milliseconds.
    private sealed class Clock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 100;

        public override long GetTimestamp() => _now++;
    }
}
