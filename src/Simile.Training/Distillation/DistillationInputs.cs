using System.Security.Cryptography;
using System.Text;
using Simile.Tokenization;
using Simile.Training.Static;

namespace Simile.Training.Distillation;

/// <summary>What a distillation begins with.</summary>
/// <param name="Texts">The texts (N).</param>
/// <param name="Teachers">The teachers.</param>
/// <param name="Tokenizer">The student's tokenizer (V).</param>
internal sealed record DistillationInputs(IReadOnlyList<string> Texts, IReadOnlyList<Teacher> Teachers, ITokenizer Tokenizer)
{
    /// <summary>What a state of the training belongs to: the recipe (threads aside), the texts, the teachers, the tokenizer.</summary>
    public string FingerprintOf(DistillationOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (
            var part in (IEnumerable<string>)
                [
                    DistillationRecipe.Write(options with { Threads = 1 }),
                    Tokenizer.Digest,
                    .. Teachers.Select(teacher => teacher.Recipe),
                    .. Texts,
                ]
        )
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData([0]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Asks the teachers for the vectors of texts and tokens, and prepares a training from its beginning.</summary>
    /// <param name="options">The recipe.</param>
    /// <param name="progress">Hears whom it asks, how many vectors came, and how many were missing in all; or null.</param>
    /// <param name="cancellationToken">Stops the asking; what was got stays in the teachers' files.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/>, <see cref="ErrorCode.InvalidOption"/>.</exception>
    public async Task<DistillationTrainer> PrepareAsync(
        DistillationOptions options,
        Action<Teacher, long, long>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        DistillationRecipe.Check(options, Tokenizer.VocabularySize);
        TeacherSpace.Check(Teachers, options);
        var entries = StudentTokenizer.TextsOf(Tokenizer);
        var (ofTexts, ofEntries) = (new List<PinnedMatrix>(), new List<PinnedMatrix>());
        foreach (var teacher in Teachers)
        {
            ofEntries.Add(
                await teacher
                    .EmbedAsync(entries, (done, all) => progress?.Invoke(teacher, done, all), cancellationToken)
                    .ConfigureAwait(false)
            );
            ofTexts.Add(
                await teacher
                    .EmbedAsync(Texts, (done, all) => progress?.Invoke(teacher, done, all), cancellationToken)
                    .ConfigureAwait(false)
            );
        }

        return await Task.Run(
                () =>
                {
                    var space = TeacherSpace.Of(ofTexts, options);
                    return new DistillationTrainer(Texts, Tokenizer, space, space.Reduce(space.Join(ofEntries)), options);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }
}
