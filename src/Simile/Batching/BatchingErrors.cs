using System.Globalization;

namespace Simile.Batching;

internal static class BatchingErrors
{
    public static SimileException QueueFull(int inputs, int waiting, int capacity, TimeSpan retryAfter) =>
        new(
            ErrorCode.QueueFull,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{waiting} inputs wait already, and {inputs} more would exceed the {capacity} that may. Try again in about "
                    + $"{retryAfter.TotalMilliseconds:F0} ms."
            )
        )
        {
            RetryAfter = retryAfter,
        };

    public static SimileException DeadlinePassed(TimeSpan deadline, TimeSpan? retryAfter = null) =>
        new(
            ErrorCode.DeadlinePassed,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The answer was not there within {deadline.TotalMilliseconds:F0} ms. Give the call more time, or send fewer at once."
            )
        )
        {
            RetryAfter = retryAfter,
        };

    public static SimileException WorkerCrashed(Exception error) =>
        new(
            ErrorCode.WorkerFailed,
            $"The worker crashed ({error.GetType().Name}: {error.Message}); another has taken its place. Send the call again.",
            error
        );

    public static SimileException WorkerHangs(TimeSpan timeout) =>
        new(
            ErrorCode.WorkerFailed,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The batch did not end within {timeout.TotalSeconds:F1} s, so its worker was given up; another has taken its place. "
                    + $"Send the call again, or raise BatchTimeout."
            )
        );

    public static SimileException ModelHangs(int abandoned) =>
        new(
            ErrorCode.ModelHangs,
            $"{abandoned} batches were given up and have not come back, so no more are begun (MaxAbandonedBatches). The model hangs: "
                + "once one of them comes back, calls are taken again; else load the model anew."
        );

    public static SimileException ModelFailed(Exception error) =>
        error as SimileException
        ?? new SimileException(
            ErrorCode.ModelFailed,
            $"The model failed on this input: {error.GetType().Name}: {error.Message}. The other inputs were answered; leave this one out.",
            error
        );

    public static SimileException WrongAnswer(int inputs, string wanted, string given) =>
        new(
            ErrorCode.ModelFailed,
            $"For {inputs} inputs, the model gave {given} instead of {wanted}. Its embedder breaks the contract of IEmbedder."
        );

    public static ObjectDisposedException Closed() =>
        new(nameof(BatchingQueue<>), "The batching embedder was disposed while the call waited.");
}
