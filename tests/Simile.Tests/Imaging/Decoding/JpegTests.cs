namespace Simile.Tests.Imaging.Decoding;

/// <summary>JPEG files of tests/reference/pictures_jpeg.py against Pillow.</summary>
public class JpegTests
{
    // Pillow reads arithmetic coding and smooths what an incomplete progressive file leaves open; this decoder does neither.
    private static bool Differs(string name) => name == "arithmetic.jpg" || name.StartsWith("incomplete-", StringComparison.Ordinal);

    public static TheoryData<string> Names => [.. PictureCases.Names("jpeg").Select(row => row.Data).Where(name => !Differs(name))];

    [Theory]
    [MemberData(nameof(Names))]
    public void PixelsAreThoseOfPillow(string name) => PictureCases.Check("jpeg", name);

    [Fact]
    public void MutatedFilesEndInPixelsOrCodes() => PictureMutations.Run(PictureCases.Files("jpeg"));

    [Theory]
    [InlineData("arithmetic.jpg")]
    [InlineData("lossless.jpg")]
    [InlineData("twelve-bits.jpg")]
    [InlineData("no-height.jpg")]
    [InlineData("two-thirds-sampling.jpg")]
    public void RareVariantsAreNamedUnsupported(string name) =>
        Assert.Equal(ErrorCode.UnsupportedImage, PictureCases.ErrorOf(PictureCases.File("jpeg", name)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void IncompleteProgressiveFilesAreReadAsFarAsTheyGo(int index) =>
        Assert.Null(
            PictureCases.ErrorOf(
                PictureCases.File(
                    "jpeg",
                    PictureCases
                        .Names("jpeg")
                        .Select(row => row.Data)
                        .Where(name => name.StartsWith("incomplete-", StringComparison.Ordinal))
                        .Order(StringComparer.Ordinal)
                        .ElementAt(index)
                )
            )
        );

    [Fact]
    public void PicturesOfTheWorldAreThoseOfPillow() =>
        Assert.Empty(PictureCases.Differences("golden.json", RepositoryRoot.Shared("golden", "images"), ".jpg"));
}
