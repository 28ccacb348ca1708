namespace Simile.Training.Static.Pairs;

/// <summary>Pairs of one kind. A batch is drawn from one source alone, so that the kind of text never gives a pair away.</summary>
internal interface IPairSource
{
    /// <summary>The name recipes and reports use.</summary>
    string Name { get; }

    /// <summary>Pairs, or texts to draw pairs from; sources are drawn by a power of it.</summary>
    int Count { get; }

    /// <summary>Fills the batch.</summary>
    void Fill(PairBatch batch, ref SplitMix random);
}
