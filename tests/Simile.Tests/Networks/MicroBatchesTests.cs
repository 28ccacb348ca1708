using Simile.Inference;

namespace Simile.Tests.Networks;

public class TextGroupsTests
{
    [Fact]
    public void EveryTextIsInOneGroup()
    {
        var random = new Random(9);
        for (var round = 0; round < 500; round++)
        {
            var texts = Enumerable
                .Range(0, random.Next(1, 80))
                .Select(_ => new int[random.Next(10) == 0 ? random.Next(1, 3000) : random.Next(1, 30)])
                .ToArray();
            var groups = MicroBatches.Of(texts, random.Next(1, 9));
            var covered = Enumerable
                .Range(0, groups.Count)
                .SelectMany(group => Enumerable.Range(groups.FirstText(group), groups.FirstText(group + 1) - groups.FirstText(group)))
                .ToArray();
            Assert.Equal(Enumerable.Range(0, texts.Length), covered);
            Assert.All(Enumerable.Range(0, groups.Count), group => Assert.True(groups.FirstText(group + 1) > groups.FirstText(group)));
        }
    }

    [Fact]
    public void ManyTokensAreSharedOutEvenly()
    {
        var groups = MicroBatches.Of([.. Enumerable.Range(0, 32).Select(_ => new int[32])], threads: 2);
        Assert.Equal(8, groups.Count);
        Assert.False(groups.ShareSteps);
    }

    [Fact]
    public void AFewTokensAreSharedStepByStep() => Assert.True(MicroBatches.Of([new int[8]], threads: 2).ShareSteps);
}
