using System.CommandLine;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Hub;

namespace Simile.Cli.Verbs;

internal static class ModelsRemoveVerb
{
    public static Command Create(Lazy<SimileHost> host)
    {
        var name = new Argument<string>("model") { Description = "org/name, or the short name of a well-known model" };
        var json = VerbOptions.Json();
        var verb = new Command("remove", "Take a downloaded model out of the hub's cache, with all its revisions") { name, json };
        return verb.Does((parsed, _) =>
        {
            var reference = ReferenceOf(host.Value, parsed.GetValue(name)!);
            var freed = host.Value.HubCache.Remove(reference.Id)
                ?? throw new SimileException(ErrorCode.ModelNotFound, $"{reference.Id} is not in the cache {host.Value.HubCache.Folder}. 'simile models list' names what is there.");
            Write(reference.Id, freed, parsed.GetValue(json));
            return Task.FromResult(0);
        });
    }

    private static HubReference ReferenceOf(SimileHost host, string name)
    {
        if (host.Models.FindReference(name) is not { } reference)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"'{name}' is no model of the hub's cache. Only what 'models pull' downloaded is removed; a model that ships with Simile, or a folder of your own, is not.");
        }

        return reference.Revision != HubReference.DefaultRevision || name.Contains('@', StringComparison.Ordinal)
            ? throw new SimileException(ErrorCode.InvalidOption, $"'{name}' names a revision, but all revisions of a model are removed together: 'simile models remove {reference.Id}'.")
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
