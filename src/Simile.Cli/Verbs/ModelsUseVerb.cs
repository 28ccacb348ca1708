using System.CommandLine;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Models;

namespace Simile.Cli.Verbs;

internal static class ModelsUseVerb
{
    public static Command Create(Lazy<SimileHost> host)
    {
        var name = new Argument<string?>("model")
        {
            Description = "The model to use from now on where none is named; without one, the " + "command says which that is",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var reset = new Option<bool>("--reset") { Description = "Go back to the model that comes with Simile" };
        var json = VerbOptions.Json();
        var verb = new Command("use", "Set the model that is used where no --model is given") { name, reset, json };
        return verb.Does(
            (parsed, _) =>
            {
                if (parsed.GetValue(name) is { } model)
                {
                    Require(
                        !parsed.GetValue(reset),
                        $"Both '{model}' and --reset are given. Name a model, or go back to {ModelCatalogue.DefaultModel}."
                    );
                    host.Value.Settings.Use(NameOf(host.Value, model));
                }
                else if (parsed.GetValue(reset))
                {
                    host.Value.Settings.Use(null);
                }

                Write(host.Value.Settings, parsed.GetValue(json));
                return Task.FromResult(0);
            }
        );
    }

    // A folder is found from everywhere by its full path.
    private static string NameOf(SimileHost host, string model)
    {
        Require(model.Trim().Length > 0, "The model to use has an empty name.");
        var folder = host.Models.Resolve(model);
        Require(
            !PairScoring.Is(folder),
            $"{model} scores pairs of texts and embeds nothing, so it is no default of the verbs that embed. 'simile models list' shows "
                + "which embed."
        );
        return host.Catalogue.Names.Contains(model, StringComparer.Ordinal) || host.Models.FindReference(model) is not null
            ? model
            : folder.Path;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new SimileException(ErrorCode.InvalidOption, otherwise);
        }
    }

    private static void Write(UserSettings settings, bool asJson)
    {
        var now = settings.Default;
        if (settings.OfFile is { } written && now.Name != written)
        {
            Console.Error.WriteLine($"Note: {now.SetBy} wins over {settings.FilePath}, which names {SafeText.Line(written)}");
        }

        if (!asJson)
        {
            Console.WriteLine($"{SafeText.Line(now.Name)} is used where no model is named ({DefaultRendering.Origin(now)})");
            return;
        }

        using var output = new JsonLines();
        output.Write(json => DefaultRendering.Fields(json, now));
    }
}
