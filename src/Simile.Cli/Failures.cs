using System.CommandLine;
using Simile.Cli.Output;

namespace Simile.Cli;

/// <summary>Errors as the user sees them: one line on standard error, and the program's exit code.</summary>
internal static class Failures
{
    private const int Failed = 1;
    private const int WrongUsage = 2;
    private const int Interrupted = 130;
    private const int ReaderGone = 141;

    /// <summary>Says what is wrong with the arguments.</summary>
    /// <returns>The exit code, or null when nothing is wrong.</returns>
    public static int? ReportUsage(ParseResult parsed)
    {
        var messages = MessagesOf(parsed);
        foreach (var message in messages)
        {
            Console.Error.WriteLine($"error: {SafeText.Line(message)}");
        }

        if (messages.Count > 0)
        {
            Console.Error.WriteLine($"'{PathOf(parsed)} --help' tells what is possible.");
        }

        return messages.Count > 0 ? WrongUsage : null;
    }

    /// <summary>What is wrong with the arguments, each in a sentence.</summary>
    public static IReadOnlyList<string> MessagesOf(ParseResult parsed)
    {
        // What the parser says beside these follows from them.
        var own = Suggestions.UnknownVerb(parsed) is { } verb ? [verb] : Suggestions.UnknownOptions(parsed);
        return own.Count > 0 ? own : [.. parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal)];
    }

    public static int Report(Exception error, Interruption interruption)
    {
        switch (error)
        {
            case ReaderGoneException:
                return ReaderGone;
            case var _ when interruption.ExitCode != 0 && IsStop(error):
                TellStopped(error, interruption);
                return interruption.ExitCode;
            case OperationCanceledException:
                TellStopped(error, interruption);
                return Interrupted;
            case SimileException known:
                Console.Error.WriteLine($"error {known.Code}: {SafeText.Line(known.Description)}");
                return known.Code == ErrorCode.InvalidOption ? WrongUsage : Failed;
            case IOException or UnauthorizedAccessException or System.Security.SecurityException:
                Console.Error.WriteLine($"error {ErrorCode.SystemRefused}: {SafeText.Line(error.Message)}");
                return Failed;
            default:
                Console.Error.WriteLine(
                    $"error: {error.GetType().Name}: {SafeText.Line(error.Message)} (this is a fault of Simile's; please report it "
                        + "with the command you ran)"
                );
                return Failed;
        }
    }

    private static bool IsStop(Exception? error) =>
        error is not null && (error is OperationCanceledException || IsStop(error.InnerException));

    private static void TellStopped(Exception error, Interruption interruption)
    {
        if (!interruption.IsReaderGone)
        {
            Console.Error.WriteLine(error is StoppedException ? $"Stopped. {SafeText.Line(error.Message)}" : "Stopped.");
        }
    }

    private static string PathOf(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var at = parsed.CommandResult; at is not null; at = at.Parent as System.CommandLine.Parsing.CommandResult)
        {
            names.Push(at.Command.Name);
        }

        return string.Join(' ', names);
    }
}
