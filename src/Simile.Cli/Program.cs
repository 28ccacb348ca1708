using System.CommandLine;
using System.CommandLine.Help;
using Simile.Cli;
using Simile.Cli.Output;
using Simile.Cli.Verbs;
using Simile.Hosting;

var root = new Command("simile", "Simile: embeddings on your own machine. Text into vectors, compared, indexed and searched.") { new HelpOption(), new VersionOption() };
var host = new Lazy<SimileHost>(SimileHost.OfThisMachine);
Command[] verbs =
[
    EmbedVerb.Create(host), CompareVerb.Create(host), IndexVerb.Create(host), SearchVerb.Create(host), ModelsVerb.Create(host),
    EvalVerb.Create(host), TrainVerb.Create(host), InspectVerb.Create(host), ClassifyVerb.Create(host), BenchVerb.Create(host), DoctorVerb.Create(host),
];
foreach (var verb in verbs)
{
    root.Subcommands.Add(verb);
}

// '@file' is ours: it means the contents of that file, not more arguments.
var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (parsed.Errors.Count > 0)
{
    return Failures.ReportUsage(parsed);
}

try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
}
catch (Exception error)
{
    return Failures.Report(error);
}
