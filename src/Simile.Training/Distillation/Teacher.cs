using Simile.Training.Static;

namespace Simile.Training.Distillation;

/// <summary>One text model that a student learns from, and where its vectors are kept.</summary>
/// <param name="name">Its name in messages.</param>
/// <param name="embedder">The model.</param>
/// <param name="file">The file of its vectors.</param>
internal sealed class Teacher(string name, IEmbedder<string> embedder, TeacherFile file)
{
    private const int TextsAtOnce = 256;

    /// <summary>Its name in messages.</summary>
    public string Name => name;

    /// <summary>The digest of all that its vectors depend on.</summary>
    public string Recipe => embedder.Recipe.Digest;

    /// <summary>Values of its vectors.</summary>
    public int Dimensions => embedder.Space.Dimensions;

    /// <summary>Embeds what the file lacks. A text that the teacher cannot embed (one without tokens) gets zeros.</summary>
    /// <param name="texts">The texts (N).</param>
    /// <param name="progress">Hears how many of the missing vectors are there, and how many are missing in all.</param>
    /// <param name="cancellationToken">Stops after the texts in work; what was embedded stays in the file.</param>
    /// <returns>The vectors, (N, D).</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> when there are more than fit into memory.</exception>
    public async Task<PinnedMatrix> EmbedAsync(
        IReadOnlyList<string> texts,
        Action<long, long>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        if ((long)texts.Count * Dimensions > Array.MaxLength)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"{texts.Count:N0} texts with {Dimensions} values of {name} each are more than the {Array.MaxLength:N0} values that "
                    + "can be held. Learn from fewer texts."
            );
        }

        var missing = texts.Where(text => !file.Has(text)).Distinct(StringComparer.Ordinal).ToList();
        for (var first = 0; first < missing.Count; first += TextsAtOnce)
        {
            var some = missing[first..Math.Min(missing.Count, first + TextsAtOnce)];
            var batch = await embedder.EmbedAsync(some, null, cancellationToken).ConfigureAwait(false);
            file.Append([
                .. some.Select(
                    (text, i) => (text, batch.Outcomes[i].Succeeded ? batch.Block.Slice(i * Dimensions, Dimensions) : new float[Dimensions])
                ),
            ]);
            progress?.Invoke(first + some.Count, missing.Count);
        }

        var vectors = new PinnedMatrix(texts.Count, Dimensions);
        for (var i = 0; i < texts.Count; i++)
        {
            file.Read(texts[i], vectors.Row(i));
        }

        return vectors;
    }
}
