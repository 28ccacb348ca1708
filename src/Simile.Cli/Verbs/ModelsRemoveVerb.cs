using System.CommandLine;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Hub;

namespace Simile.Cli.Verbs;

internal static class ModelsRemoveVerb
{
    public static Command Create(Lazy<SimileHost> host)
    {
        var name = new Argument<string>("model")
        {
            Description = "org/name, the short name of a well-known model, or the name of a model that came in a package",
        };
        var json = VerbOptions.Json();
        var verb = new Command(
            "remove",
            "Take a downloaded model out: of the hub's cache, with all its revisions, or of those that came in packages"
        )
        {
            name,
            json,
        };
        return verb.Does(
            (parsed, _) =>
            {
                var (id, freed) = Remove(host.Value, parsed.GetValue(name)!);
                Write(id, freed, parsed.GetValue(json));
                if (host.Value.Settings.Default is { SetBy: { } by } chosen && DefaultRendering.FolderOf(host.Value, chosen) is null)
                {
                    Console.Error.WriteLine(
                        $"Note: {SafeText.Line(chosen.Name)}, the default set by {SafeText.Line(by)}, is not there any more; 'simile "
                            + "models use' chooses another"
                    );
                }

                return Task.FromResult(0);
            }
        );
    }

    // By the same name the same model as everywhere: one of a package by its own name, and by the hub's where the hub's is not here.
    private static (string Id, long Freed) Remove(SimileHost host, string name)
    {
        var packaged = host.PackagedModels.Find(name);
        if (packaged is not null && (packaged.Name == name || host.HubCache.FindId(name) is null))
        {
            return (packaged.Name, host.PackagedModels.Remove(packaged));
        }

        var reference = ReferenceOf(host, name);
        var freed =
            host.HubCache.Remove(reference.Id)
            ?? throw new SimileException(
                ErrorCode.ModelNotFound,
                $"{reference.Id} is not in the cache {host.HubCache.Folder}. 'simile models list' names what is there."
            );
        return (reference.Id, freed);
    }

    private static HubReference ReferenceOf(SimileHost host, string name)
    {
        if (host.Models.FindReference(name) is not { } reference)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"'{name}' is no model of the hub's cache. Only what 'models pull' downloaded is removed; a model that ships with "
                    + "Simile, or a folder of your own, is not."
            );
        }

        return reference.Revision != HubReference.DefaultRevision || name.Contains('@', StringComparison.Ordinal)
            ? throw new SimileException(
                ErrorCode.InvalidOption,
                $"'{name}' names a revision, but all revisions of a model are removed together: 'simile models remove {reference.Id}'."
            )
            : reference;
    }

    private static void Write(string id, long freed, bool asJson)
    {
        if (!asJson)
        {
            Console.WriteLine($"{id} was removed; {freed / 1e6:N1} MB are free again.");
            return;
        }

        using var output = new JsonLines();
        output.Write(json =>
        {
            json.WriteString("name", id);
            json.WriteNumber("freed_bytes", freed);
        });
    }
}
