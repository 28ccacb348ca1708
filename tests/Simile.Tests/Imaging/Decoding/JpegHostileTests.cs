using Simile.Imaging;

namespace Simile.Tests.Imaging.Decoding;

/// <summary>Damaged and hostile JPEG files: a picture or a coded error, nothing else.</summary>
public class JpegHostileTests
{
    private static readonly ImageReader Reader = new(PictureCases.Patient with { MaxPixels = 1 << 20, MaxMemoryBytes = 16 << 20 });

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
            Assert.Contains(
                Assert.Throws<SimileException>(() => Reader.Read(file)).Code,
                new[] { ErrorCode.ImageTooLarge, ErrorCode.DamagedImage }
            );
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Fact]
    public void MemoryOfCoefficientsCounts()
    {
        var reader = new ImageReader(PictureCases.Patient with { MaxMemoryBytes = 5 << 20 });
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
        var reader = code == ErrorCode.ImageTooSlow ? new ImageReader(time: new Clock()) : new ImageReader(PictureCases.Patient);
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

    // Every look at the clock takes ten milliseconds.
    private sealed class Clock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 100;

        public override long GetTimestamp() => _now++;
    }
}
