using Simile.Imaging;

namespace Simile.Tests.Imaging.Decoding;

public class WebPTests
{
    private readonly ImageReader _reader = new(PictureCases.Patient);

    public static TheoryData<string> Names => PictureCases.Names("webp");

    [Theory]
    [MemberData(nameof(Names))]
    public void PixelsAreThoseOfPillow(string name) => PictureCases.Check("webp", name);

    [Fact]
    public void MutatedFilesEndInPixelsOrCodes() => PictureMutations.Run(PictureCases.Files("webp"), FixSizes);

    [Fact]
    public void PicturesOfTheWorldAreThoseOfPillow() =>
        Assert.Empty(PictureCases.Differences("golden.json", RepositoryRoot.Shared("golden", "images"), ".webp"));

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
        Assert.Equal(ErrorCode.ImageTooLarge, CodeOf(Stored(name), new ImageReader(PictureCases.Patient with { MaxPixels = 12_609 })));
        Assert.Equal(ErrorCode.ImageTooLarge, CodeOf(Stored(name), new ImageReader(PictureCases.Patient with { MaxMemoryBytes = 50_000 })));
        using var ended = new CancellationTokenSource();
        ended.Cancel();
        Assert.Throws<OperationCanceledException>(() => _reader.Read(Stored(name), ended.Token));
    }

    // The sizes of the file and of its first chunk kept true, so that damage gets past them.
    private static void FixSizes(byte[] file)
    {
        if (file.Length > 20)
        {
            BitConverter.TryWriteBytes(file.AsSpan(4), file.Length - 8);
            if (file[15] != (byte)'X')
            {
                BitConverter.TryWriteBytes(file.AsSpan(16), file.Length - 20);
            }
        }
    }

    private string? CodeOf(byte[] file, ImageReader? reader = null) =>
        (Record.Exception(() => (reader ?? _reader).Read(file)) as SimileException)?.Code;

    private static byte[] Stored(string name) => PictureCases.File("webp", name);
}
