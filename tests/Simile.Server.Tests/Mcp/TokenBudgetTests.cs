using Simile.Server.Mcp;

namespace Simile.Server.Tests.Mcp;

public class TokenBudgetTests
{
    private const int Frame = TokenBudget.Frame;

    // Without a model a token is four characters.
    [Fact]
    public void PassagesGoInUntilTheBudgetIsSpent()
    {
        var budget = new TokenBudget((2 * Frame) + 20, null);
        Assert.Equal(new string('a', 40), budget.Take("", new string('a', 40), isFirst: true));
        Assert.Null(budget.Take("", new string('b', 44), isFirst: false));
        Assert.Equal(new string('c', 40), budget.Take("", new string('c', 40), isFirst: false));
        Assert.Null(budget.Take("", "d", isFirst: false));
    }

    [Fact]
    public void TheFirstPassageIsCutToWhatIsLeft()
    {
        Assert.Equal(new string('a', 40) + "…", new TokenBudget(Frame + 10, null).Take("", new string('a', 400), isFirst: true));
        Assert.Equal("aaaa…", new TokenBudget(1, null).Take("a heading", new string('a', 400), isFirst: true));
    }

    [Fact]
    public void NoCharacterIsCutInTwo()
    {
        for (var tokens = 1; tokens < 12; tokens++)
        {
            var cut = new TokenBudget(Frame + tokens, null).Take("", "a" + string.Concat(Enumerable.Repeat("🎉", 50)), isFirst: true)!;
            Assert.DoesNotContain(cut.EnumerateRunes(), rune => rune.Value == 0xFFFD);
        }
    }
}
