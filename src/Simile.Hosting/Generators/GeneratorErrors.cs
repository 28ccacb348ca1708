using System.Net;
using System.Net.Sockets;

namespace Simile.Hosting.Generators;

internal static class GeneratorErrors
{
    public static SimileException NoDimensions(string name) =>
        new(
            ErrorCode.InvalidOption,
            $"The generator {name} does not say how long its vectors are. Set GeneratorEmbedderOptions.Dimensions, or use "
                + "GeneratorEmbedder.ConnectAsync, which asks it."
        );

    public static SimileException NoModel(string name) =>
        new(
            ErrorCode.InvalidOption,
            $"The generator {name} does not say which model it has. Set GeneratorEmbedderOptions.ModelId: without a name, its vectors "
                + "could be taken for another model's."
        );

    public static SimileException NoTokenLimit(int tokens) =>
        new(ErrorCode.InvalidOption, $"MaxTokens is {tokens}, but a generator cannot be told where to cut. Leave it out.");

    public static SimileException WrongCount(string name, int sent, int given) =>
        new(
            ErrorCode.ModelFailed,
            $"{sent} values were sent to the generator {name}, and {given} embeddings came back; expected is one a value."
        );

    public static SimileException WrongLength(string name, int wanted, int given) =>
        new(
            ErrorCode.ModelFailed,
            $"The generator {name} gave a vector of {given} values; expected are {wanted}. Correct "
                + $"GeneratorEmbedderOptions.Dimensions, or add {given} to TrainedDimensions where shorter vectors are asked for."
        );

    public static SimileException NotFinite(string name) =>
        new(ErrorCode.InvalidVector, $"The generator {name} gave a vector that holds NaN or infinity, or that has no direction.");

    /// <summary>What a generator threw, with a code: the whole generator is unavailable, or it failed on something in this batch.</summary>
    public static SimileException Failed(string name, Exception error) =>
        error as SimileException
        ?? (
            IsOutage(error)
                ? new SimileException(
                    ErrorCode.GeneratorUnavailable,
                    $"The generator {name} cannot be used at the moment ({error.GetType().Name}: {error.Message}). Try again, or look "
                        + "after its service.",
                    error
                )
                : new SimileException(
                    ErrorCode.ModelFailed,
                    $"The generator {name} failed ({error.GetType().Name}: {error.Message}).",
                    error
                )
        );

    // Only these can be told from a bad input; the exceptions of vendors' own libraries cannot, and are taken for one.
    private static bool IsOutage(Exception error) =>
        error switch
        {
            HttpRequestException
            {
                StatusCode: null
                    or HttpStatusCode.Unauthorized
                    or HttpStatusCode.Forbidden
                    or HttpStatusCode.NotFound
                    or HttpStatusCode.RequestTimeout
                    or HttpStatusCode.TooManyRequests
                    or >= HttpStatusCode.InternalServerError
            } => true,
            TimeoutException or OperationCanceledException or IOException or SocketException => true,
            _ => false,
        };
}
