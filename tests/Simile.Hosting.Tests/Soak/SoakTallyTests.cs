using Simile.Vectors;

namespace Simile.Hosting.Tests.Soak;

/// <summary>The soak would see a wrong answer.</summary>
public class SoakTallyTests
{
    private static readonly string[] Inputs = ["one", "three"];
    private readonly FakeEmbedder<string> _embedder = new(text => text);
    private readonly SoakTally _tally = new();

    [Fact]
    public async Task RightAnswersAndCrashesOfSingleInputsAreNoFaults()
    {
        var right = await _embedder.EmbedAsync(Inputs);
        var crashed = new EmbeddingBatch(
            right.Space,
            right.Block.ToArray(),
            [right.Outcomes[0], new EmbeddingOutcome(0, 0, new SimileException(ErrorCode.ModelFailed, "It crashed."))]
        );
        _tally.Compare(Inputs, right, right);
        _tally.Compare(Inputs, crashed, right);
        Assert.Empty(_tally.Faults);
    }

    [Fact]
    public async Task SwappedLostAndSpoiledAnswersAreFaults()
    {
        var right = await _embedder.EmbedAsync(Inputs);
        var swapped = await _embedder.EmbedAsync(["three", "one"]);
        var lost = await _embedder.EmbedAsync(["one"]);
        var failed = await _embedder.EmbedAsync(["one", "bad"]);
        var block = right.Block.ToArray();
        block[^1] = MathF.BitIncrement(block[^1]);
        _tally.Compare(Inputs, swapped, right);
        Assert.Equal(2, _tally.Faults.Count);
        _tally.Compare(Inputs, lost, right);
        _tally.Compare(Inputs, failed, right);
        _tally.Compare(Inputs, new EmbeddingBatch(right.Space, block, right.Outcomes.ToArray()), right);
        Assert.Equal(5, _tally.Faults.Count);
    }
}
