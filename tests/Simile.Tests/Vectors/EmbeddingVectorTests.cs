namespace Simile.Tests.Vectors;

/// <summary>One input's vector: what it tells, converts to and refuses.</summary>
public sealed class EmbeddingVectorTests
{
    private static readonly EmbeddingSpace Space = new("numbers", 3, unitLength: false, SimilarityMetric.Cosine);
    private static readonly SimileException Failure = new(ErrorCode.EmptyText, "It is empty.");
    private readonly EmbeddingBatch _batch = new(
        Space,
        [3, 4, 0, 0, 0, 0, 0, 5, 0],
        [new(7, 5) { Truncated = true }, new(0, 0, Failure), new(2, 2)]
    );

    [Fact]
    public void ItReadsLikeAnArray()
    {
        var vector = _batch[0];
        Assert.Equal((3, 3f, 0f), (vector.Length, vector[0], vector[^1]));
        Assert.Equal([4f, 0f], vector[1..].ToArray());
        Assert.Equal(7, vector.Sum());
        Assert.Equal([3f, 4f, 0f], vector.ToArray());
        var target = new float[4];
        vector.CopyTo(target);
        Assert.Equal([3f, 4f, 0f, 0f], target);
        Assert.Equal("numbers/3 (not unit length) [3, 4, 0]", vector.ToString());
    }

    [Fact]
    public void ItConverts()
    {
        float[] array = _batch[0];
        ReadOnlySpan<float> span = _batch[0];
        ReadOnlyMemory<float> memory = _batch[0];
        IReadOnlyList<float> list = _batch[0];
        Assert.Equal([3f, 4f, 0f], array);
        Assert.True(span.SequenceEqual(array) && memory.Span.SequenceEqual(array));
        Assert.Equal((3, 4f), (list.Count, list[1]));
        array[0] = 9;
        Assert.Equal(3, _batch[0][0]);
    }

    [Fact]
    public void ItTellsWhatBecameOfItsInput() =>
        Assert.Equal(
            (Space, 7, 5, true, null),
            (_batch[0].Space, _batch[0].Outcome.TokensSeen, _batch[0].TokensUsed, _batch[0].Truncated, _batch[0].Error)
        );

    [Fact]
    public void ABatchIsAListOfItsVectors()
    {
        var seen = new List<float>();
        foreach (var vector in _batch)
        {
            seen.Add(vector.Error is null ? vector[1] : -1);
        }

        Assert.Equal([4f, -1f, 5f], seen);
        Assert.Equal(
            2,
            Enumerable.Range(0, _batch.Count).Where(i => _batch[i].Error is null).MaxBy(i => Similarity.Cosine(_batch[i], [0, 1, 0]))
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => _batch[3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => _batch[-1]);
    }

    [Fact]
    public void TheValuesOfAFailedInputCannotBeRead()
    {
        var failed = _batch[1];
        Assert.Same(Failure, failed.Error);
        Assert.All(
            (Action[])
                [
                    () => _ = failed[0],
                    () => failed.ToArray(),
                    () => _ = failed.Span.Length,
                    () => failed.Sum(),
                    () => Similarity.Cosine(failed, _batch[0]),
                ],
            read =>
                Assert.Equal(
                    (ErrorCode.EmptyText, "Input 1 has no vector: It is empty."),
                    (Assert.Throws<SimileException>(read).Code, Assert.Throws<SimileException>(read).Description)
                )
        );
        Assert.Equal("SIM101: It is empty.", failed.ToString());
        Assert.Throws<InvalidOperationException>(() => default(EmbeddingVector).ToArray());
        Assert.Equal("no vector", default(EmbeddingVector).ToString());
    }

    [Fact]
    public void EqualOnesHaveOneSpaceAndTheSameValues()
    {
        var again = new EmbeddingBatch(Space, [3, 4, 0], [new(1, 1)])[0];
        var elsewhere = new EmbeddingBatch(
            new EmbeddingSpace("others", 3, unitLength: false, SimilarityMetric.Cosine),
            [3, 4, 0],
            [new(1, 1)]
        )[0];
        Assert.True(_batch[0] == again && _batch[0].GetHashCode() == again.GetHashCode());
        Assert.True(_batch[0] != elsewhere && _batch[0] != _batch[2] && _batch[1] != _batch[0] && _batch[1] == _batch.ElementAt(1));
    }

    [Fact]
    public void VectorsOfTwoSpacesAreNotCompared()
    {
        var elsewhere = new EmbeddingBatch(
            new EmbeddingSpace("others", 3, unitLength: false, SimilarityMetric.Cosine),
            [3, 4, 0],
            [new(1, 1)]
        )[0];
        Assert.Equal(0.8f, Similarity.Cosine(_batch[0], _batch[2]), 1e-6f);
        Assert.Equal(0.8f, Similarity.Measure(_batch[0], _batch[2]), 1e-6f);
        Assert.Equal(ErrorCode.SpaceMismatch, Assert.Throws<SimileException>(() => Similarity.Cosine(_batch[0], elsewhere)).Code);
        Assert.Equal(ErrorCode.SpaceMismatch, Assert.Throws<SimileException>(() => Similarity.Measure(_batch[0], elsewhere)).Code);
    }

    [Fact]
    public async Task OneTextGivesOneVector()
    {
        await using var embedder = await TextEmbedder.LoadInstalledAsync();
        var batch = await embedder.EmbedAsync(["A simile.", "Another one."]);
        var vector = await embedder.EmbedAsync("A simile.");
        Assert.Equal(batch[0], vector);
        Assert.Equal(
            batch.Block.ToArray(),
            (await embedder.EmbedAsync(new[] { "A simile.", "Another one." }.Where(text => text.Length > 0))).Block.ToArray()
        );
        Assert.Equal(Similarity.Measure(batch, 0, batch, 1), await embedder.SimilarityAsync("A simile.", "Another one."));
        var error = await Assert.ThrowsAsync<SimileException>(async () => await embedder.EmbedAsync(string.Empty));
        Assert.Equal((ErrorCode.EmptyText, false), (error.Code, error.Description.Contains("Input 0", StringComparison.Ordinal)));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await embedder.SimilarityAsync("A simile.", null!));
    }

    [Fact]
    public void AStringIsContent()
    {
        Content text = "a pizza";
        Content picture = ImageInput.FromFile("pizza.jpg");
        Assert.Equal(("a pizza", null, null, "pizza.jpg"), (text.Text, text.Image, picture.Text, picture.Image!.Name));
    }
}
