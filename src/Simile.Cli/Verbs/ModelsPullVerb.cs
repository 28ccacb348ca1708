using System.CommandLine;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Hub;

namespace Simile.Cli.Verbs;

internal static class ModelsPullVerb
{
    public static Command Create(Lazy<SimileHost> host)
    {
        var name = new Argument<string>("model") { Description = "org/name, org/name@revision, or the short name of a well-known model" };
        var revision = VerbOptions.Named("--revision", "A branch, a tag or a full commit hash; the default is main", "REV");
        var json = VerbOptions.Json();
        var verb = new Command("pull", "Download a model from the Hugging Face hub, into the cache that its own libraries use") { name, revision, json };
        return verb.Does(async (parsed, cancellationToken) =>
        {
            var reference = HubReference.Parse(parsed.GetValue(name)!, parsed.GetValue(revision));
            using var http = HubDownloader.CreateClient();
            var hub = host.Value.OpenHub(http);
            var snapshot = await ProgressBar.RunAsync(reference.Id, 0, show => hub.PullAsync(reference, new Heard(show), cancellationToken), bytes: true);
            Write(snapshot, parsed.GetValue(json));
            return 0;
        }, parsed => HasUnfinished(host.Value, parsed.GetValue(name)!) ? "What has arrived is kept; the same command goes on from there." : null);
    }

    private static bool HasUnfinished(SimileHost host, string name)
    {
        var blobs = Path.Combine(host.HubCache.Folder, "models--" + HubReference.Parse(name, null).Id.Replace("/", "--", StringComparison.Ordinal), "blobs");
        return Directory.Exists(blobs) && Directory.EnumerateFiles(blobs, "*.incomplete").Any();
    }

    private static void Write(HubSnapshot snapshot, bool asJson)
    {
        var bytes = snapshot.CountBytes();
        if (!asJson)
        {
            Console.WriteLine($"{snapshot.Id} ({snapshot.Revision ?? "commit"} {snapshot.Commit[..12]}, {bytes / 1e6:N1} MB) is in {snapshot.Folder}");
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

    private sealed class Heard(Action<double, double> show) : IProgress<HubProgress>
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
}
