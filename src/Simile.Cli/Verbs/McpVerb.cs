using System.CommandLine;
using Simile.Cli.Input;
using Simile.Hosting;
using Simile.Models;
using Simile.Server.Collections;
using Simile.Server.Mcp;

namespace Simile.Cli.Verbs;

/// <summary>Local collections for assistants, over the Model Context Protocol.</summary>
internal static class McpVerb
{
    private const string Help = """
        Let an assistant search your documents and pictures (Model Context Protocol over standard input and output).
        The assistant's settings name the program and its arguments, for example:
          {"mcpServers": {"simile": {"command": "simile", "args": ["mcp", "--in", "/home/me/notes"]}}}
        Folders are indexed into a private cache ('simile cache') and followed; nothing leaves this machine.
        """;

    public static Command Create(Lazy<SimileHost> host)
    {
        var paths = Many("--in", "A folder or file to search, a collection of its own; it is followed as it changes", "PATH");
        var stores = Many("--store", "An index file made by 'simile index', a collection", "FILE");
        var roots = Many("--root", "A folder of which pictures may be compared, and with --write anything be indexed", "FOLDER");
        var write = new Option<bool>("--write") { Description = "Also offer the tools that index and remove" };
        var verb = new Command("mcp", Help) { paths, stores, roots, write };
        var model = new ModelOptions(verb, takesPictures: true);
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                var sources = SourcesOf(parsed.GetValue(paths)!, parsed.GetValue(stores)!);
                var others = parsed.GetValue(roots)!;
                if (sources.Count == 0 && others.Length == 0)
                {
                    throw new SimileException(
                        ErrorCode.InvalidOption,
                        "There is nothing to search. Name folders (--in PATH), index files (--store FILE), or with --write folders "
                            + "that may "
                            + "be indexed (--root FOLDER)."
                    );
                }

                foreach (var path in sources.SelectMany(source => source.Paths).Concat(others).Where(path => !Path.Exists(path)))
                {
                    throw new SimileException(ErrorCode.PathNotFound, $"{path} does not exist. Name a file or folder that does.");
                }

                await McpStdio.RunAsync(
                    host.Value,
                    sources,
                    others,
                    new CollectionOptions(
                        (index, own, stop) =>
                            model.OpenAsync(
                                host,
                                parsed,
                                own.Count == 0 ? Modality.Text : Indexing.NeedsOf([.. own], mustExist: false),
                                stop,
                                index: index
                            ),
                        IndexedKinds.Readers,
                        parsed.GetValue(write)
                    ),
                    cancellationToken
                );
                return 0;
            }
        );
    }

    // Collections are called as their folders and files are; of two of one name the second has a number.
    private static List<CollectionSource> SourcesOf(string[] paths, string[] stores)
    {
        var (sources, names) = (new List<CollectionSource>(), new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        foreach (var path in paths.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal))
        {
            sources.Add(new CollectionSource(Named(Path.GetFileName(Path.TrimEndingDirectorySeparator(path)), names), null, [path]));
        }

        foreach (var store in stores)
        {
            sources.Add(new CollectionSource(Named(Path.GetFileNameWithoutExtension(store), names), store, []));
        }

        return sources;
    }

    private static string Named(string name, HashSet<string> names)
    {
        var wanted = name.Length > 0 ? name : "files";
        var free = wanted;
        for (var number = 2; !names.Add(free); number++)
        {
            free = $"{wanted}-{number}";
        }

        return free;
    }

    private static Option<string[]> Many(string name, string description, string help)
    {
        var option = new Option<string[]>(name)
        {
            Description = description,
            HelpName = help,
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => [],
        };
        option.Validators.Add(VerbOptions.RefuseEmpty);
        return option;
    }
}
