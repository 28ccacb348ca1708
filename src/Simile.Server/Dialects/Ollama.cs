using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Simile.Server.Embedding;
using Simile.Server.Http;
using Simile.Server.Limits;

namespace Simile.Server.Dialects;

/// <summary>Ollama's routes, as far as they are about embeddings.</summary>
/// <param name="models">The models.</param>
/// <param name="runner">Embeds.</param>
/// <param name="options">The server's options.</param>
internal sealed class Ollama(ServedModels models, EmbedRunner runner, SimileServerOptions options) : Dialect
{
    private const string Running = "Simile is running";
    private const string Version = "0.13.0";

    public override void Map(SimileRoutes routes)
    {
        routes.Post(this, "/api/embed", EmbedAsync);
        routes.Post(this, "/api/embeddings", EmbedOneAsync);
        routes.Post(this, "/api/show", ShowAsync);
        routes.Get(this, "/api/tags", exchange => ListAsync(exchange, models.All));
        routes.Get(this, "/api/ps", exchange => ListAsync(exchange, models.All.Where(model => model.IsLoaded)));
        routes.Get(this, "/api/version", VersionAsync);
        routes.Get(this, "/", exchange => exchange.WriteTextAsync(Running), needsKey: false);
        routes.Head(this, "/");
    }

    public override void WriteRefusal(Utf8JsonWriter json, Refusal refusal)
    {
        json.WriteString("error", refusal.Message);
        json.WriteString("code", refusal.Code);
    }

    private async Task EmbedAsync(Exchange exchange)
    {
        var started = Stopwatch.GetTimestamp();
        var asked = await exchange.ReadAsync(ServerJson.Default.OllamaEmbedRequest).ConfigureAwait(false);
        var answer = await RunAsync(exchange, asked, IsNothing(asked.Input) ? new EmbedInputs() : asked.Input!, null).ConfigureAwait(false);
        var json = exchange.Json();
        await using (json.ConfigureAwait(false))
        {
            json.Writer.WriteStartObject();
            json.Writer.WriteString("model", asked.Model ?? answer.Model.Id);
            json.Writer.WritePropertyName("embeddings");
            await json.WriteRowsAsync(answer.Batch, VectorForm.Plain).ConfigureAwait(false);
            json.Writer.WriteNumber("total_duration", (long)Stopwatch.GetElapsedTime(started).TotalNanoseconds);
            json.Writer.WriteNumber("load_duration", 0);
            json.Writer.WriteNumber("prompt_eval_count", answer.Tokens);
            json.Writer.WriteEndObject();
        }
    }

    private async Task EmbedOneAsync(Exchange exchange)
    {
        var asked = await exchange.ReadAsync(ServerJson.Default.OllamaEmbedRequest).ConfigureAwait(false);
        var inputs = string.IsNullOrEmpty(asked.Prompt) ? new EmbedInputs() : EmbedInputs.Of([asked.Prompt]);
        var answer = await RunAsync(exchange, asked, inputs, normalize: false).ConfigureAwait(false);
        var json = exchange.Json();
        await using (json.ConfigureAwait(false))
        {
            json.Writer.WriteStartObject();
            json.Writer.WritePropertyName("embedding");
            if (answer.Batch.Count == 0)
            {
                json.Writer.WriteStartArray();
                json.Writer.WriteEndArray();
            }
            else
            {
                VectorForm.Plain.Write(json.Writer, answer.Batch.Row(0).Span);
            }

            json.Writer.WriteEndObject();
        }
    }

    private async Task<EmbedAnswer> RunAsync(Exchange exchange, OllamaEmbedRequest asked, EmbedInputs inputs, bool? normalize)
    {
        var answer = await runner
            .RunAsync(
                new EmbedRequest(asked.Model, inputs)
                {
                    Dimensions = asked.Dimensions,
                    Normalize = normalize,
                    Truncates = asked.Truncate ?? options.Truncate ?? true,
                    IsBulk = exchange.IsBulk,
                },
                exchange.Aborted
            )
            .ConfigureAwait(false);
        exchange.Tell(answer);
        return answer;
    }

    // Ollama's clients send nothing, or an empty text, to have a model loaded.
    private static bool IsNothing(EmbedInputs? input) => input is null or { IsSingle: true, Items: [{ Text: "" }] };

    private async Task ShowAsync(Exchange exchange)
    {
        var asked = await exchange.ReadAsync(ServerJson.Default.OllamaShowRequest).ConfigureAwait(false);
        var (model, _) = models.Find(asked.Model ?? asked.Name);
        var facts = await ModelFacts.OfAsync(model, exchange.Aborted).ConfigureAwait(false);
        var json = exchange.Json();
        await using (json.ConfigureAwait(false))
        {
            json.Writer.WriteStartObject();
            json.Writer.WriteString("modified_at", Modified(facts));
            WriteDetails(json.Writer);
            json.Writer.WriteStartObject("model_info");
            json.Writer.WriteString("general.architecture", "simile");
            json.Writer.WriteNumber("simile.embedding_length", facts.Dimensions);
            facts.WriteMaxTokens(json.Writer, "simile.context_length");
            json.Writer.WriteEndObject();
            json.Writer.WriteStartArray("capabilities");
            json.Writer.WriteStringValue("embedding");
            json.Writer.WriteEndArray();
            json.Writer.WriteEndObject();
        }
    }

    private static async Task ListAsync(Exchange exchange, IEnumerable<ServedModel> listed)
    {
        var described = new List<(ServedModel Model, ModelFacts Facts)>();
        foreach (var model in listed)
        {
            described.Add((model, await ModelFacts.OfAsync(model, exchange.Aborted).ConfigureAwait(false)));
        }

        var json = exchange.Json();
        await using (json.ConfigureAwait(false))
        {
            json.Writer.WriteStartObject();
            json.Writer.WriteStartArray("models");
            foreach (var (model, facts) in described)
            {
                json.Writer.WriteStartObject();
                json.Writer.WriteString("name", facts.Id + ":latest");
                json.Writer.WriteString("model", facts.Id + ":latest");
                json.Writer.WriteString("modified_at", Modified(facts));
                json.Writer.WriteNumber("size", model.Bytes);
                json.Writer.WriteString("digest", facts.Recipe);
                WriteDetails(json.Writer);
                json.Writer.WriteString("expires_at", DateTimeOffset.MaxValue.UtcDateTime);
                json.Writer.WriteNumber("size_vram", 0);
                json.Writer.WriteEndObject();
            }

            json.Writer.WriteEndArray();
            json.Writer.WriteEndObject();
        }
    }

    // Clients compare the version with that of an Ollama whose routes they know.
    private static async Task VersionAsync(Exchange exchange)
    {
        var json = exchange.Json();
        await using (json.ConfigureAwait(false))
        {
            json.Writer.WriteStartObject();
            json.Writer.WriteString("version", Version);
            json.Writer.WriteEndObject();
        }
    }

    private static string Modified(ModelFacts facts) =>
        DateTimeOffset.FromUnixTimeSeconds(facts.Created).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static void WriteDetails(Utf8JsonWriter json)
    {
        json.WriteStartObject("details");
        json.WriteString("parent_model", string.Empty);
        json.WriteString("format", "safetensors");
        json.WriteString("family", "simile");
        json.WriteStartArray("families");
        json.WriteStringValue("simile");
        json.WriteEndArray();
        json.WriteString("parameter_size", string.Empty);
        json.WriteString("quantization_level", "F32");
        json.WriteEndObject();
    }
}

/// <summary>The body of <c>/api/embed</c> and <c>/api/embeddings</c>.</summary>
internal sealed class OllamaEmbedRequest
{
    public string? Model { get; init; }

    public EmbedInputs? Input { get; init; }

    public string? Prompt { get; init; }

    public bool? Truncate { get; init; }

    public int? Dimensions { get; init; }
}

/// <summary>The body of <c>/api/show</c>; older clients say name.</summary>
internal sealed class OllamaShowRequest
{
    public string? Model { get; init; }

    public string? Name { get; init; }
}
