using System.Text.Encodings.Web;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Simile.Server.Collections;

namespace Simile.Server.Mcp;

/// <summary>The tools and resources that assistants are offered; those that change something only where that is allowed.</summary>
internal static class McpTools
{
    private const string Instructions =
        "Local collections of the user's documents and pictures. Search first; read more of a hit by its id. While complete is false, "
        + "files are still being indexed.";

    // A model reads the text: \u003E for each > would only cost it tokens.
    private static readonly JsonSerializerOptions Json = new(McpJson.Default.Options)
    {
        TypeInfoResolver = McpJson.Default,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>What a server of the protocol is made of.</summary>
    public static McpServerOptions OptionsOf(CollectionSet collections, Func<CancellationToken, Task<EmbeddingModel>> openModel)
    {
        var (search, own, compare) = (
            new SearchTools(collections),
            new CollectionTools(collections),
            new CompareTool(collections, openModel)
        );
        McpServerTool[] reading =
        [
            Tool("search", search.SearchAsync),
            Tool("read", search.ReadAsync),
            Tool("find_similar", search.FindSimilarAsync),
            Tool("collections", own.CollectionsAsync),
            Tool("compare", compare.CompareAsync),
        ];
        McpServerTool[] writing =
        [
            Tool("index", own.IndexAsync, isReading: false),
            Tool("remove", own.RemoveAsync, isReading: false, isDestructive: true),
        ];
        var version = typeof(McpTools).Assembly.GetName().Version!.ToString(3);
        return new McpServerOptions
        {
            ServerInfo = new Implementation { Name = "simile", Version = version },
            ServerInstructions = Instructions,
            ToolCollection = [.. reading, .. collections.Writes ? writing : []],
            ResourceCollection =
            [
                McpServerResource.Create(
                    search.ResourceAsync,
                    new McpServerResourceCreateOptions
                    {
                        UriTemplate = PassageAddress.Scheme + "{collection}/{+path}{#lines}",
                        Name = "passages",
                        Description = "A document, or some lines of it: simile://docs/guide.md#L10-L30",
                        MimeType = "text/plain",
                        SerializerOptions = Json,
                    }
                ),
            ],
        };
    }

    private static Guarded Tool(string name, Delegate method, bool isReading = true, bool isDestructive = false) =>
        new(
            McpServerTool.Create(
                method,
                new McpServerToolCreateOptions
                {
                    Name = name,
                    ReadOnly = isReading,
                    Destructive = isDestructive,
                    Idempotent = true,
                    OpenWorld = false,
                    UseStructuredContent = true,
                    SerializerOptions = Json,
                }
            )
        );

    /// <summary>Tells the assistant what is wrong; else it would learn only that something is.</summary>
    private sealed class Guarded(McpServerTool tool) : DelegatingMcpServerTool(tool)
    {
        public override async ValueTask<CallToolResult> InvokeAsync(
            RequestContext<CallToolRequestParams> request,
            CancellationToken cancellationToken = default
        )
        {
            try
            {
                return await base.InvokeAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (SimileException error)
            {
                return new CallToolResult { IsError = true, Content = [new TextContentBlock { Text = $"{error.Code}: {error.Message}" }] };
            }
        }
    }
}
