using Microsoft.Extensions.Logging.Abstractions;
using ModelContextProtocol.Server;
using Simile.Hosting;
using Simile.Server.Collections;

namespace Simile.Server.Mcp;

/// <summary>The Model Context Protocol over standard input and output: an assistant starts the program and talks to it.</summary>
internal static class McpStdio
{
    /// <summary>Answers until the assistant closes standard input.</summary>
    /// <param name="host">Where private indexes lie.</param>
    /// <param name="sources">The collections.</param>
    /// <param name="roots">Folders that may be read beside those that collections follow.</param>
    /// <param name="own">How collections are opened and filled.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task RunAsync(
        SimileHost host,
        IReadOnlyList<CollectionSource> sources,
        IReadOnlyList<string> roots,
        CollectionOptions own,
        CancellationToken cancellationToken
    )
    {
        var collections = await CollectionSet.OpenAsync(host, sources, roots, own).ConfigureAwait(false);
        await using (collections.ConfigureAwait(false))
        {
            await AnswerAsync(collections, own, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task AnswerAsync(CollectionSet collections, CollectionOptions own, CancellationToken cancellationToken)
    {
        foreach (var followed in collections.All.Where(one => one.Follows))
        {
            // What becomes of it is told with every answer.
            _ = followed.IndexAsync(followed.Source.Paths, null).ContinueWith(static done => done.Exception, TaskScheduler.Default);
        }

        var options = McpTools.OptionsOf(
            collections,
            async stop => collections.All is [var first, ..] ? first.Model : await own.OpenModel(null, [], stop).ConfigureAwait(false)
        );
        var server = McpServer.Create(
            new StdioServerTransport(options.ServerInfo!.Name, NullLoggerFactory.Instance),
            options,
            NullLoggerFactory.Instance
        );
        await using (server.ConfigureAwait(false))
        {
            await server.RunAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
