using FsCheck;
using FsCheck.Fluent;
using Simile.Models;

namespace Simile.Tests.Models;

/// <summary>Which names are near one another.</summary>
public sealed class NearNamesTests
{
    // The published examples: Levenshtein's distance is a textbook's measure.
    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("saturday", "sunday", 3)]
    [InlineData("flaw", "lawn", 2)]
    [InlineData("", "abc", 3)]
    [InlineData("same", "same", 0)]
    public void DistancesAreLevenshteins(string left, string right, int distance) =>
        Assert.Equal(distance, NearNames.Distance(left, right));

    [Fact]
    public void TheDistanceIsTheRecursiveDefinitions()
    {
        var text = Gen.Elements("abc".ToCharArray())
            .ArrayOf()
            .Where(letters => letters.Length < 7)
            .Select(letters => new string(letters))
            .ToArbitrary();
        Prop.ForAll(text, text, (left, right) => NearNames.Distance(left, right) == Defined(left, right)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void TheNearestComeFirst() =>
        Assert.Equal(["mini", "minim", "text-mini"], NearNames.Find("Mini", ["text-mini", "large", "minim", "mini"]));

    private static int Defined(string left, string right)
    {
        if (left.Length == 0 || right.Length == 0)
        {
            return left.Length + right.Length;
        }

        return left[0] == right[0]
            ? Defined(left[1..], right[1..])
            : 1 + Math.Min(Defined(left[1..], right[1..]), Math.Min(Defined(left[1..], right), Defined(left, right[1..])));
    }
}
