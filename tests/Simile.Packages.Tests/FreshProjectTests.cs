namespace Simile.Packages.Tests;

/// <summary>What a user gets who references the packages: all of it works, trimmed too.</summary>
public sealed class FreshProjectTests(FreshProject project) : IClassFixture<FreshProject>
{
    [Fact]
    public void TheShippedModelEmbedsASentence()
    {
        Assert.Equal(256, project.Plain.Dimensions);
        Golden.AssertFirst(project.Plain.Vector);
    }

    [Fact]
    public void TheShippedModelOfPicturesSharesItsSpace() => Assert.True(project.Plain.SharesSpace);

    [Fact]
    public void ItIndexesAndSearches() => Assert.Equal(["weather.csv", "bread.html"], project.Plain.Found);

    [Fact]
    public void AContainerGivesTheSameVector() => Assert.True(project.Plain.SameFromContainer);

    [Fact]
    public async Task TrimmedItDoesTheVerySame()
    {
        var trimmed = await project.PublishTrimmedAsync();
        Assert.Equal(project.Plain.Vector, trimmed.Vector);
        Assert.Equal(project.Plain.Found, trimmed.Found);
        Assert.True(trimmed.SharesSpace && trimmed.SameFromContainer);
    }
}
