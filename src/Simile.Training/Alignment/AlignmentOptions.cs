using System.Globalization;
using Simile.Engine.Threads;

namespace Simile.Training.Alignment;

/// <summary>The recipe of an alignment. Two runs of one recipe on the same vectors give the same file, however often they are
/// interrupted.</summary>
public sealed record AlignmentOptions
{
    /// <summary>The method. Default: contrastive.</summary>
    public AlignmentMethod Method { get; init; } = AlignmentMethod.Contrastive;

    /// <summary>The share of the pictures, with all their texts, that is kept for the report. Default: 0.2.</summary>
    public double TestShare { get; init; } = 0.2;

    /// <summary>The share of the pictures that chooses the penalty or the moment to stop. Default: 0.1.</summary>
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>Values of a joint vector, for canonical correlation and contrastive heads. Default: null, as many as the shorter side has,
    /// at most 256.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Ridge and canonical correlation: what is added to the covariances' diagonals, in mean eigenvalues. Default: null, the best
    /// of 0.001, 0.01, 0.1, 1 and 10 on the validation pictures.</summary>
    public double? Penalty { get; init; }

    /// <summary>Contrastive: values of a hidden layer in each head; 0 makes the heads linear. Default: 0.</summary>
    public int Hidden { get; init; }

    /// <summary>Contrastive: pairs a step, at most; as many as there are, in steps of 16. Default: 256.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>Contrastive: passes over the pairs, at most. Default: 200.</summary>
    public int MaxEpochs { get; init; } = 200;

    /// <summary>Contrastive: passes without a better validation result before the training stops. Default: 10.</summary>
    public int Patience { get; init; } = 10;

    /// <summary>Contrastive: the learning rate of Adam. Default: 0.001.</summary>
    public float LearningRate { get; init; } = 1e-3f;

    /// <summary>Samples of the bootstrap behind each confidence interval. Default: 1,000.</summary>
    public int BootstrapSamples { get; init; } = 1000;

    /// <summary>Where the random numbers begin: split, starting weights, batches, bootstrap. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Threads; they change the time, never the result. Default: all cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    internal AlignmentOptions Checked()
    {
        Require(Enum.IsDefined(Method), $"method {Method}", "one of ridge, procrustes, cca, contrastive");
        Require(
            TestShare is > 0 and < 1 && ValidationShare is > 0 and < 1 && TestShare + ValidationShare < 1,
            $"shares of {TestShare} and {ValidationShare} held out",
            "shares above 0 that leave something to train with"
        );
        Require(Dimensions is null or > 0, $"dimensions of {Dimensions}", "at least 1");
        Require(Penalty is null or (>= 0 and < double.PositiveInfinity), $"penalty of {Penalty}", "at least 0");
        Require(Hidden >= 0, $"hidden layer of {Hidden}", "at least 0");
        Require(BatchSize is >= 16 and <= 16_384, $"batch of {BatchSize} pairs", "from 16 to 16,384");
        Require(MaxEpochs > 0 && Patience > 0, $"limit of {MaxEpochs} passes with a patience of {Patience}", "at least 1 each");
        Require(LearningRate > 0 && float.IsFinite(LearningRate), $"learning rate of {LearningRate}", "above 0");
        Require(BootstrapSamples >= 20, $"bootstrap of {BootstrapSamples} samples", "at least 20");
        Require(Threads is > 0 and <= WorkerTeam.MaxThreads, $"number of threads {Threads}", $"from 1 to {WorkerTeam.MaxThreads}");
        return this;
    }

    /// <summary>All that decides about the heads, threads aside, as a text that is the same under every culture.</summary>
    internal string Describe() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Method};{TestShare:R};{ValidationShare:R};{Dimensions};{Penalty:R};{Hidden};"
                + $"{BatchSize};{MaxEpochs};{Patience};{LearningRate:R};{BootstrapSamples};{Seed}"
        );

    private static void Require(bool holds, string value, string expected)
    {
        if (!holds)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"The {value} cannot be trained with: expected {expected}.");
        }
    }
}

/// <summary>Ways of bringing a text space and an image space together.</summary>
public enum AlignmentMethod
{
    /// <summary>Ridge regression of the picture's vector on the text's; the joint space is the centred image space.</summary>
    Ridge,

    /// <summary>Orthogonal Procrustes: the rotations that bring both sides together without changing an angle inside either (in the
    /// subspace they share).</summary>
    Procrustes,

    /// <summary>Regularized canonical correlation: the directions of both spaces that vary together, weighted by how much.</summary>
    Cca,

    /// <summary>Two heads trained by InfoNCE with a learned temperature.</summary>
    Contrastive,
}
