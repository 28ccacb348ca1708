using System.CommandLine;

namespace Simile.Cli.Output;

/// <summary>Errors as the user sees them: one line on standard error, and the program's exit code.</summary>
internal static class Failures
{
    private const int Failed = 1;
    private const int WrongUsage = 2;
    private const int Interrupted = 130;

    public static int ReportUsage(ParseResult parsed)
    {
        foreach (var error in parsed.Errors)
        {
            Console.Error.WriteLine($"error: {error.Message}");
        }

        var verb = parsed.CommandResult.Parent is null ? string.Empty : parsed.CommandResult.Command.Name + " ";
        Console.Error.WriteLine($"'simile {verb}--help' tells what is possible.");
        return WrongUsage;
    }

    public static int Report(Exception error)
    {
        switch (error)
        {
            case OperationCanceledException:
                Console.Error.WriteLine("Stopped. What was done is kept.");
                return Interrupted;
            case SimileException known:
                Console.Error.WriteLine($"error {known.Code}: {known.Message}");
                return known.Code == ErrorCode.InvalidOption ? WrongUsage : Failed;
            case IOException or UnauthorizedAccessException:
                Console.Error.WriteLine($"error: {error.Message}");
                return Failed;
            default:
                Console.Error.WriteLine($"error: {error.GetType().Name}: {error.Message} (this is a fault of Simile's; please report it with the command you ran)");
                return Failed;
        }
    }
}
