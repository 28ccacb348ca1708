namespace Simile.Tests.Imaging.Decoding;

public class BmpTests
{
    public static TheoryData<string> Names => PictureCases.Names("bmp");

    [Theory]
    [MemberData(nameof(Names))]
    public void PixelsAreThoseOfPillow(string name) => PictureCases.Check("bmp", name);

    [Fact]
    public void GoldenFilesAreReadAsPillowReadsThem() =>
        Assert.Empty(PictureCases.Differences("golden.json", RepositoryRoot.Shared("golden", "images"), "bmp"));

    [Fact]
    public void MutatedFilesEndInPixelsOrCodes() => PictureMutations.Run(PictureCases.Files("bmp"));
}
