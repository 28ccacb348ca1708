using System.CommandLine;
using Simile.Cli.Output;
using Simile.Hosting;

namespace Simile.Cli.Verbs;

internal static class ModelsVerb
{
    public static Command Create(Lazy<SimileHost> host) =>
        new("models", "Download, list, show, verify, choose, pack and remove models")
        {
            ModelsPullVerb.Create(host),
            ModelsListVerb.CreateList(host),
            ModelsListVerb.CreateShow(host),
            ModelsUseVerb.Create(host),
            Verify(host),
            ModelsPackVerb.Create(host),
            ModelsRemoveVerb.Create(host),
        };

    private static Command Verify(Lazy<SimileHost> host)
    {
        var names = new Argument<string[]>("model")
        {
            Description = "Names or folders; all installed models when none is given",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var json = VerbOptions.Json();
        var verb = new Command("verify", "Check that models give the vectors they were published with") { names, json };
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                var wanted = parsed.GetValue(names) is { Length: > 0 } given ? given : [.. host.Value.Catalogue.Names];
                using var output = parsed.GetValue(json) ? new JsonLines() : null;
                foreach (var name in wanted)
                {
                    var check = await host.Value.VerifyAsync(host.Value.Models.Resolve(name), cancellationToken);
                    if (output is null)
                    {
                        Console.WriteLine($"{name}: {check.Summary}");
                    }

                    output?.Write(fields =>
                    {
                        fields.WriteString("model", name);
                        fields.WriteBoolean("golden", check.HasGolden);
                        fields.WriteNumber("largest_difference", check.LargestDifference);
                    });
                }

                return 0;
            }
        );
    }
}
