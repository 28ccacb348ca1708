namespace Simile.Tests.Imaging.Decoding;

public class GifTests
{
    public static TheoryData<string> Names => PictureCases.Names("gif");

    [Theory]
    [MemberData(nameof(Names))]
    public void PixelsAreThoseOfPillow(string name) => PictureCases.Check("gif", name);

    [Fact]
    public void GoldenFilesAreReadAsPillowReadsThem() =>
        Assert.Empty(PictureCases.Differences("golden.json", RepositoryRoot.Shared("golden", "images"), "gif"));

    [Fact]
    public void MutatedFilesEndInPixelsOrCodes() => PictureMutations.Run(PictureCases.Files("gif"));
}
