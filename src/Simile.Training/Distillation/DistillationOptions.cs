using Simile.Training.Corpora;

namespace Simile.Training.Distillation;

/// <summary>The recipe of a static text model that learns from teachers. Two runs of one recipe on one corpus give the same weights,
/// however often they are interrupted.</summary>
internal sealed record DistillationOptions
{
    /// <summary>The files of the corpus.</summary>
    public required IReadOnlyList<CorpusSource> Sources { get; init; }

    /// <summary>How many texts of each kind are learned from, by the kind's name (<c>wikipedia.sentences</c>); kinds not named are left
    /// out. Default: empty, every text of every kind.</summary>
    public IReadOnlyDictionary<string, int> Texts { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Lengths a vector can be cut to, the longest being the model's own. Default: 256, 128, 64, 32.</summary>
    public IReadOnlyList<int> Dimensions { get; init; } = [256, 128, 64, 32];

    /// <summary>How often every text is seen. Default: 4.</summary>
    public int Epochs { get; init; } = 4;

    /// <summary>Texts a step (B); a smaller corpus is one batch. Default: 1,024.</summary>
    public int BatchSize { get; init; } = 1024;

    /// <summary>Tokens of a text that the student sees. Default: 256.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>How much each teacher counts, in the order in which they are named. Default: empty, all alike.</summary>
    public IReadOnlyList<double> TeacherWeights { get; init; } = [];

    /// <summary>Weight of 1 − cosine with the teachers' reduced vector. Default: 1.</summary>
    public float CosineWeight { get; init; } = 1;

    /// <summary>Weight of the mean squared difference of the similarities inside a batch. Default: 10.</summary>
    public float SimilarityWeight { get; init; } = 10;

    /// <summary>Weight of each shorter length's similarities beside the longest's 1. Default: 0.25.</summary>
    public float ShortWeight { get; init; } = 0.25f;

    /// <summary>Highest learning rate of Adam. Default: 0.02.</summary>
    public float LearningRate { get; init; } = 0.02f;

    /// <summary>How often a token is left out in training. Default: 0.</summary>
    public float Dropout { get; init; }

    /// <summary>How far common tokens start out weaker: a row starts at a / (a + share of the token). Default: 0.001.</summary>
    public double FrequencyDamping { get; init; } = 1e-3;

    /// <summary>Where the random numbers begin. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Threads; they change the time, never the result. Default: all cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
