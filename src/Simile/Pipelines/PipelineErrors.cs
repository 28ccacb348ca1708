namespace Simile.Pipelines;

internal static class PipelineErrors
{
    public static SimileException StepFailed(Exception error) =>
        error as SimileException
        ?? new SimileException(
            ErrorCode.StepFailed,
            $"A step of the pipeline failed on this item: {error.GetType().Name}: {error.Message}",
            error
        );

    public static SimileException WrongCount(int items, int results) =>
        new(ErrorCode.StepFailed, $"A step of the pipeline gave {results} results for {items} items; it must give one for each.");

    public static SimileException AnotherInput(string path, string what) =>
        new(ErrorCode.ResumeMismatch, $"{path} cannot be continued: {what}. Run it as it was begun, or start over (--restart).");
}
