using System.CommandLine;
using System.Globalization;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Models;
using Simile.Text;

namespace Simile.Cli.Verbs;

internal static class ModelsVerb
{
    public static Command Create(Lazy<SimileHost> host) => new("models", "List, show and verify models") { List(host), Show(host), Verify(host) };

    private static Command List(Lazy<SimileHost> host)
    {
        var json = VerbOptions.Json();
        var verb = new Command("list", "List the installed models") { json };
        return verb.Does((parsed, _) =>
        {
            foreach (var name in host.Value.Catalogue.Names)
            {
                Write(host.Value.Catalogue.Resolve(name), parsed.GetValue(json), folder => Console.WriteLine($"{folder.Name,-24} {folder.Kind,-8} {folder.Dimensions,5} dimensions  {folder.Bytes / 1e6,6:F1} MB  {folder.Licence}"));
            }

            return Task.FromResult(0);
        });
    }

    private static Command Show(Lazy<SimileHost> host)
    {
        var (name, json) = (new Argument<string>("model") { Description = "A name or a folder" }, VerbOptions.Json());
        var verb = new Command("show", "Show what a model is") { name, json };
        return verb.Does((parsed, _) =>
        {
            Write(host.Value.Catalogue.Resolve(parsed.GetValue(name)!), parsed.GetValue(json), model =>
            {
                Console.WriteLine($"name        {model.Name}");
                Console.WriteLine($"folder      {model.Folder}");
                Console.WriteLine($"kind        {model.Kind}");
                Console.WriteLine($"vocabulary  {model.Tokens}");
                Console.WriteLine($"dimensions  {string.Join(", ", model.TrainedDimensions.Prepend((int)model.Dimensions).Distinct())}");
                Console.WriteLine($"max tokens  {model.MaxTokens?.ToString(CultureInfo.InvariantCulture) ?? "any"}");
                Console.WriteLine($"licence     {model.Licence ?? "not stated"}");
                Console.WriteLine($"size        {model.Bytes / 1e6:F1} MB");
            });
            return Task.FromResult(0);
        });
    }

    private static Command Verify(Lazy<SimileHost> host)
    {
        var names = new Argument<string[]>("model") { Description = "Names or folders; all installed models when none is given", Arity = ArgumentArity.ZeroOrMore };
        var json = VerbOptions.Json();
        var verb = new Command("verify", "Check that models give the vectors they were published with") { names, json };
        return verb.Does(async (parsed, cancellationToken) =>
        {
            var wanted = parsed.GetValue(names) is { Length: > 0 } given ? given : [.. host.Value.Catalogue.Names];
            using var output = parsed.GetValue(json) ? new JsonLines() : null;
            foreach (var name in wanted)
            {
                var check = await ModelVerifier.VerifyAsync(host.Value.Catalogue.Resolve(name), cancellationToken);
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
        });
    }

    private static void Write(ModelFolder folder, bool json, Action<ModelDescription> render)
    {
        var model = ModelDescription.Of(folder);
        if (!json)
        {
            render(model);
            return;
        }

        using var output = new JsonLines();
        output.Write(fields =>
        {
            fields.WriteString("name", model.Name);
            fields.WriteString("folder", model.Folder);
            fields.WriteString("kind", model.Kind);
            fields.WriteNumber("vocabulary", model.Tokens);
            fields.WriteNumber("dimensions", model.Dimensions);
            fields.WriteString("licence", model.Licence);
            fields.WriteNumber("bytes", model.Bytes);
        });
    }
}
