using System.CommandLine;
using Simile.Cli;
using Simile.Cli.Input;
using Simile.Cli.Output;

if (args is [IndexedKinds.Argument])
{
    IndexedKinds.Serve();
    return 0;
}

Terminal.Install();
using var interruption = new Interruption();
try
{
    var parsed = SimileCommand.Parse(args);
    if (Failures.ReportUsage(parsed) is { } wrongUsage)
    {
        return wrongUsage;
    }

    if (parsed.CommandResult.Command.Name == "serve")
    {
        interruption.Patience = TimeSpan.FromDays(1);
    }

    if (VerbOptions.AnswersOnOutput(parsed))
    {
        interruption.WatchOutput();
    }

    return await parsed.InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
        interruption.Token
    );
}
catch (Exception error)
{
    return Failures.Report(error, interruption);
}
