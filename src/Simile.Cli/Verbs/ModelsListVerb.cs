using System.CommandLine;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Hub;
using Simile.Models;
using Simile.NuGet;

namespace Simile.Cli.Verbs;

/// <summary>'models list' and 'models show'.</summary>
internal static class ModelsListVerb
{
    public static Command CreateList(Lazy<SimileHost> host)
    {
        var known = new Option<bool>("--known") { Description = "The well-known models of the hub instead; * marks those that are here" };
        var json = VerbOptions.Json();
        var verb = new Command("list", "List the installed models") { known, json };
        return verb.Does(
            (parsed, _) =>
            {
                using var output = parsed.GetValue(json) ? new JsonLines() : null;
                if (parsed.GetValue(known))
                {
                    ListKnown(host.Value, output);
                }
                else
                {
                    ListInstalled(host.Value, output);
                }

                return Task.FromResult(0);
            }
        );
    }

    public static Command CreateShow(Lazy<SimileHost> host)
    {
        var (name, json) = (
            new Argument<string>("model") { Description = "A name, a folder or org/name; installed or well known" },
            VerbOptions.Json()
        );
        var verb = new Command("show", "Show what a model is") { name, json };
        return verb.Does(
            (parsed, _) =>
            {
                using var output = parsed.GetValue(json) ? new JsonLines() : null;
                Show(host.Value, parsed.GetValue(name)!, output);
                return Task.FromResult(0);
            }
        );
    }

    private static void ListInstalled(SimileHost host, JsonLines? output)
    {
        var models = host
            .Catalog.Names.Select(name => InstalledModel.Of(host.Catalog.Resolve(name)))
            .Concat(host.HubCache.Snapshots.Select(snapshot => InstalledModel.Of(ModelFolder.Open(snapshot.Folder), snapshot)));
        var chosen = host.Settings.Default;
        var folder = DefaultRendering.FolderOf(host, chosen);
        if (folder is null)
        {
            Console.Error.WriteLine($"Note: {SafeText.Line(chosen.Name)}, the default ({DefaultRendering.Origin(chosen)}), is not there");
        }

        if (output is null)
        {
            ModelRendering.WriteHead(DefaultRendering.Origin(chosen));
        }

        foreach (var model in models)
        {
            if (output is null)
            {
                ModelRendering.WriteRow(model, model.Folder == folder);
            }

            output?.Write(json =>
            {
                ModelRendering.Fields(json, model);
                json.WriteBoolean("default", model.Folder == folder);
                json.WriteString("default_set_by", model.Folder == folder ? chosen.SetBy : null);
            });
        }
    }

    private static void ListKnown(SimileHost host, JsonLines? output)
    {
        var here = host.HubCache.Snapshots.Select(snapshot => snapshot.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var model in KnownModels.All.Concat(KnownPackages.All.Select(package => package.Model)).DistinctBy(model => model.Id))
        {
            var isHere = here.Contains(model.Id) || host.PackagedModels.Find(model.Id) is not null;
            var sources = SourcesOf(model);
            if (output is null)
            {
                ModelRendering.WriteRow(model, isHere, sources);
            }

            output?.Write(json => ModelRendering.Fields(json, model, isHere, sources));
        }
    }

    private static string[] SourcesOf(KnownModel model)
    {
        string[] package = KnownPackages.Of(model.Id) is { } known ? [NuGetReference.Prefix + known.Id] : [];
        return KnownModels.All.Contains(model) ? ["hub", .. package] : package;
    }

    private static string PullOf(KnownModel model, string source) => $"'simile models pull {(source == "hub" ? model.Id : source)}'";

    private static void Show(SimileHost host, string name, JsonLines? output)
    {
        var known = KnownModels.Find(name.Split('@')[0]) ?? KnownPackages.Of(name)?.Model;
        ModelFolder folder;
        try
        {
            folder = host.Models.Resolve(name);
        }
        catch (SimileException error) when (error.Code == ErrorCode.ModelNotFound && known is not null)
        {
            output?.Write(json => ModelRendering.Fields(json, known, isInstalled: false, SourcesOf(known)));
            if (output is null)
            {
                ModelRendering.WriteDetails(known);
                Console.Error.WriteLine(
                    $"Not installed: {string.Join(" or ", SourcesOf(known).Select(source => PullOf(known, source)))} downloads it."
                );
            }

            return;
        }

        var snapshot = host.HubCache.Snapshots.FirstOrDefault(entry => entry.Folder == folder.Path);
        Write(InstalledModel.Of(folder, snapshot), output, ModelRendering.WriteDetails);
        if (output is null && known is not null && (snapshot is not null || PackageOrigin.Of(folder) is not null))
        {
            ModelRendering.WriteCard(known);
        }
    }

    private static void Write(InstalledModel model, JsonLines? output, Action<InstalledModel> render)
    {
        if (output is null)
        {
            render(model);
            return;
        }

        output.Write(json => ModelRendering.Fields(json, model));
    }
}
