using System.CommandLine;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Models;
using Simile.NuGet;

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
                var named = parsed.GetValue(names) ?? [];
                using var output = parsed.GetValue(json) ? new JsonLines() : null;
                var isSound = true;
                foreach (var name in named.Length > 0 ? named : [.. host.Value.Catalog.Names])
                {
                    try
                    {
                        var folder = host.Value.Models.Resolve(name);
                        // What lacks another model is no fault where nobody named it.
                        if (named.Length == 0 && host.Value.MissingFor(folder) is { } missing)
                        {
                            Console.Error.WriteLine($"Note: not verified: {SafeText.Line(missing)}");
                            continue;
                        }

                        Write(name, await host.Value.VerifyAsync(folder, cancellationToken), output);
                    }
                    catch (SimileException error)
                    {
                        isSound = false;
                        Console.Error.WriteLine($"error {error.Code}: {SafeText.Line(error.Description)}");
                        output?.Write(fields =>
                        {
                            fields.WriteString("model", name);
                            JsonLines.WriteError(fields, error);
                        });
                    }
                }

                return isSound ? 0 : 1;
            }
        );
    }

    private static void Write(string name, ModelVerification check, JsonLines? output)
    {
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
}

internal static class ModelsPackVerb
{
    public static Command Create(Lazy<SimileHost> host)
    {
        var name = new Argument<string>("model") { Description = "A model folder, or an installed model" };
        var id = VerbOptions.Required("--id", "The package's id, such as My.Model", "ID");
        var version = VerbOptions.Required("--version", "The package's version, such as 1.0.0", "VERSION");
        var output = VerbOptions.Named("--output", "The folder that the package is written to", "DIR", ".");
        var json = VerbOptions.Json();
        var verb = new Command(
            "pack",
            "Make a NuGet package of a model, for a feed of your own: 'dotnet add package' and 'models pull nuget:' understand it"
        )
        {
            name,
            id,
            version,
            output,
            json,
        };
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                var folder = host.Value.Models.Resolve(parsed.GetValue(name)!);
                // What does not load or does not give its published vectors is not passed on.
                var check = await host.Value.VerifyAsync(folder, cancellationToken);
                var packed = ModelPackage.Pack(
                    folder.Path,
                    new ModelPackageOptions
                    {
                        Id = parsed.GetValue(id)!,
                        Version = parsed.GetValue(version)!,
                        Output = parsed.GetValue(output)!,
                    }
                );
                Console.Error.WriteLine($"Note: {packed.Name} {SafeText.Line(check.Summary)}");
                Write(packed, parsed.GetValue(json));
                return 0;
            }
        );
    }

    private static void Write(PackedModel packed, bool asJson)
    {
        if (!asJson)
        {
            Console.WriteLine($"{packed.Name} is packed as {packed.Id} {packed.Version} ({packed.Bytes / 1e6:N1} MB) in {packed.Path}");
            return;
        }

        using var output = new JsonLines();
        output.Write(json =>
        {
            json.WriteString("name", packed.Name);
            json.WriteString("id", packed.Id);
            json.WriteString("version", packed.Version);
            json.WriteString("path", packed.Path);
            json.WriteNumber("bytes", packed.Bytes);
        });
    }
}

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
                        $"Both '{model}' and --reset are given. Name a model, or go back to {ModelCatalog.DefaultModel}."
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
        return host.Catalog.Names.Contains(model, StringComparer.Ordinal) || host.Models.FindReference(model) is not null
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
