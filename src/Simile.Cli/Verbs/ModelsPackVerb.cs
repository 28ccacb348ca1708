using System.CommandLine;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.NuGet;

namespace Simile.Cli.Verbs;

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
