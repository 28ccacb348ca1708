using System.Text.Json;
using System.Text.Json.Serialization;
using Simile.Server.Embedding;
using Simile.Server.Http;
using Simile.Server.Limits;

namespace Simile.Server.Dialects;

/// <summary>The rerank routes of Cohere, Jina and Voyage, which differ in a few names, and that of text-embeddings-inference.</summary>
/// <param name="runner">Scores texts.</param>
/// <param name="tei">Answers where the request has <c>texts</c>.</param>
/// <param name="options">The server's options.</param>
internal sealed class Rerank(RerankRunner runner, Tei tei, SimileServerOptions options) : Dialect
{
    public override void Map(SimileRoutes routes)
    {
        routes.Post(tei, "/rerank", exchange => RunAsync(exchange));
        routes.Post(this, "/reranking", exchange => RunAsync(exchange));
        routes.Post(this, "/v1/rerank", exchange => RunAsync(exchange));
        routes.Post(this, "/v2/rerank", exchange => RunAsync(exchange));
    }

    public override void WriteRefusal(Utf8JsonWriter json, Refusal refusal)
    {
        // Cohere's clients read message, Jina's and Voyage's detail.
        json.WriteString("message", refusal.Message);
        json.WriteString("detail", refusal.Message);
        json.WriteString("code", refusal.Code);
    }

    private async Task RunAsync(Exchange exchange)
    {
        var asked = await exchange.ReadAsync(ServerJson.Default.RerankFields).ConfigureAwait(false);
        if (asked.Texts is not null)
        {
            await tei.RerankAsync(exchange, asked).ConfigureAwait(false);
            return;
        }

        var documents =
            asked.Documents?.Texts ?? throw Refusal.Invalid("documents", "The field 'documents' is missing: what is to be ordered?");
        var request = asked.ToRequest(documents, options.Truncate ?? true);
        var answer = await runner.RunAsync(request, exchange.Aborted).ConfigureAwait(false);
        answer.Tell(exchange.Http.Response.Headers);
        await WriteAsync(exchange, asked, request, answer).ConfigureAwait(false);
    }

    // Voyage's clients ask with top_k and read data; the others read results. Both are given, for a client that says neither.
    private static async Task WriteAsync(Exchange exchange, RerankFields asked, RerankRequest request, RerankAnswer answer)
    {
        var json = exchange.Json();
        await using (json.ConfigureAwait(false))
        {
            var writer = json.Writer;
            writer.WriteStartObject();
            writer.WriteString("id", exchange.Http.Response.Headers["x-request-id"].ToString());
            writer.WriteString("object", "list");
            writer.WriteString("model", answer.Model);
            if (asked.TopK is not null)
            {
                writer.WritePropertyName("data");
                WriteRows(writer, asked, request, answer);
            }
            else
            {
                writer.WritePropertyName("results");
                WriteRows(writer, asked, request, answer);
            }

            writer.WriteStartObject("usage");
            writer.WriteNumber("total_tokens", answer.Tokens);
            writer.WriteEndObject();
            writer.WriteStartObject("meta");
            writer.WriteStartObject("api_version");
            writer.WriteString("version", "2");
            writer.WriteEndObject();
            writer.WriteStartObject("billed_units");
            writer.WriteNumber("search_units", 1);
            writer.WriteEndObject();
            if (answer.Warning is { } warning)
            {
                writer.WriteStartArray("warnings");
                writer.WriteStringValue(warning);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }
    }

    private static void WriteRows(Utf8JsonWriter json, RerankFields asked, RerankRequest request, RerankAnswer answer)
    {
        json.WriteStartArray();
        foreach (var row in answer.Rows)
        {
            json.WriteStartObject();
            json.WriteNumber("index", row.Index);
            json.WriteNumber("relevance_score", Math.Clamp(row.Score, 0, 1));
            if (asked.ReturnDocuments == true)
            {
                json.WriteStartObject("document");
                json.WriteString("text", request.Texts[row.Index]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}

/// <summary>The body of a rerank request, with the names that all makers use.</summary>
internal sealed class RerankFields
{
    public string? Model { get; init; }

    public string? Query { get; init; }

    public RerankDocuments? Documents { get; init; }

    public IReadOnlyList<string?>? Texts { get; init; }

    public int? TopN { get; init; }

    public int? TopK { get; init; }

    public bool? ReturnDocuments { get; init; }

    public bool? ReturnText { get; init; }

    public bool? RawScores { get; init; }

    public bool? Truncate { get; init; }

    public bool? Truncation { get; init; }

    /// <summary>The request as all dialects have it.</summary>
    /// <exception cref="RefusalException">The query is missing, a text is null, or a number is none that counts.</exception>
    public RerankRequest ToRequest(IReadOnlyList<string?> texts, bool truncates)
    {
        if ((TopN ?? TopK) < 1)
        {
            throw Refusal.Invalid(
                TopN is null ? "top_k" : "top_n",
                $"{TopN ?? TopK} of the best texts were asked for; at least 1 is needed."
            );
        }

        string[] all =
        [
            .. texts.Select(
                (text, i) => text ?? throw Refusal.Invalid("documents", $"documents[{i}] is null or has no text. Leave it out.")
            ),
        ];
        return new RerankRequest(Model, Query ?? throw Refusal.Invalid("query", "The field 'query' is missing."), all)
        {
            Top = TopN ?? TopK,
            Truncates = Truncate ?? Truncation ?? truncates,
        };
    }
}

/// <summary>Texts that a client gives as such, or as objects with a <c>text</c>.</summary>
/// <param name="Texts">The texts; null where there is none.</param>
[JsonConverter(typeof(RerankDocumentsConverter))]
internal sealed record RerankDocuments(IReadOnlyList<string?> Texts);

/// <summary>Reads both forms.</summary>
internal sealed class RerankDocumentsConverter : JsonConverter<RerankDocuments>
{
    public override RerankDocuments Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException();
        }

        var texts = new List<string?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            texts.Add(reader.TokenType == JsonTokenType.StartObject ? ReadText(ref reader) : reader.GetString());
        }

        return new RerankDocuments(texts);
    }

    public override void Write(Utf8JsonWriter writer, RerankDocuments value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Documents are read only.");

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        string? text = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var isText = reader.ValueTextEquals("text"u8);
            reader.Read();
            if (isText)
            {
                text = reader.GetString();
            }
            else
            {
                reader.Skip();
            }
        }

        return text;
    }
}
