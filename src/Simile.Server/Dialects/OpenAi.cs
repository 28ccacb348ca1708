using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Simile.Multimodal;
using Simile.Server.Embedding;
using Simile.Server.Http;
using Simile.Server.Limits;

namespace Simile.Server.Dialects;

/// <summary>OpenAI's routes and Azure's, with the fields that Voyage, Jina and vLLM add to the same route.</summary>
/// <param name="models">The models.</param>
/// <param name="runner">Embeds.</param>
/// <param name="options">The server's options.</param>
internal sealed class OpenAi(ServedModels models, EmbedRunner runner, SimileServerOptions options) : Dialect
{
    public override void Map(SimileRoutes routes)
    {
        routes.Post(this, "/v1/embeddings", EmbedAsync);
        routes.Post(this, "/v1/multimodalembeddings", EmbedAsync);
        routes.Post(this, "/fuse", EmbedAsync);
        routes.Post(this, "/openai/deployments/{model}/embeddings", EmbedAsync);
        routes.Post(this, "/openai/v1/embeddings", EmbedAsync);
        routes.Get(this, "/v1/models", ListAsync);
        routes.Get(this, "/openai/v1/models", ListAsync);
        routes.Get(this, "/v1/models/{**id}", ShowAsync);
    }

    public override void WriteRefusal(Utf8JsonWriter json, Refusal refusal) => WriteBoth(json, refusal);

    /// <summary>Writes a refusal as OpenAI does.</summary>
    public static void Write(Utf8JsonWriter json, Refusal refusal)
    {
        var (type, code) = refusal.Kind switch
        {
            RefusalKind.Unauthorized => ("invalid_request_error", "invalid_api_key"),
            RefusalKind.UnknownModel => ("invalid_request_error", "model_not_found"),
            RefusalKind.Forbidden => ("permission_error", refusal.Code),
            RefusalKind.Overloaded => ("rate_limit_error", "rate_limit_exceeded"),
            RefusalKind.Unavailable or RefusalKind.Failed => ("server_error", refusal.Code),
            _ => ("invalid_request_error", refusal.Code),
        };
        json.WriteStartObject("error");
        json.WriteString("message", refusal.Message);
        json.WriteString("type", type);
        json.WriteString("param", refusal.Field);
        json.WriteString("code", code);
        json.WriteEndObject();
    }

    // Voyage's and Jina's clients, who come by the same route, read the detail.
    private static void WriteBoth(Utf8JsonWriter json, Refusal refusal)
    {
        Write(json, refusal);
        json.WriteString("detail", refusal.Message);
    }

    private async Task EmbedAsync(Exchange exchange)
    {
        var asked = await exchange.ReadAsync(ServerJson.Default.OpenAiRequest).ConfigureAwait(false);
        var (numbers, isBase64) = asked.Form();
        var request = asked.ToRequest(exchange.Route("model"), options.Truncate ?? false) with
        {
            IsPartial = exchange.IsPartial && !exchange.WantsOctets,
            IsBulk = exchange.IsBulk,
        };
        var answer = await runner.RunAsync(request, exchange.Aborted).ConfigureAwait(false);
        var form = VectorForm.Of(numbers, isBase64, answer);
        exchange.Tell(answer);
        await (exchange.WantsOctets ? exchange.WriteOctetsAsync(answer, form, numbers) : WriteAsync(exchange, answer, form)).ConfigureAwait(
            false
        );
    }

    private static async Task WriteAsync(Exchange exchange, EmbedAnswer answer, VectorForm form)
    {
        var json = exchange.Json();
        await using (json.ConfigureAwait(false))
        {
            var (writer, batch) = (json.Writer, answer.Batch);
            writer.WriteStartObject();
            writer.WriteString("object", "list");
            writer.WriteStartArray("data");
            for (var i = 0; i < batch.Count; i++)
            {
                WriteRow(writer, batch, i, form);
                await json.SendMuchAsync().ConfigureAwait(false);
            }

            writer.WriteEndArray();
            writer.WriteString("model", answer.Model.Id);
            writer.WriteStartObject("usage");
            writer.WriteNumber("prompt_tokens", answer.Tokens);
            writer.WriteNumber("total_tokens", answer.Tokens);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
    }

    private static void WriteRow(Utf8JsonWriter json, EmbeddingBatch batch, int index, VectorForm form)
    {
        json.WriteStartObject();
        json.WriteString("object", "embedding");
        json.WriteNumber("index", index);
        json.WritePropertyName("embedding");
        if (batch.Outcomes[index].Error is { } error)
        {
            json.WriteNullValue();
            Write(json, Refusal.Of(error, "input"));
        }
        else
        {
            form.Write(json, batch.Row(index).Span);
        }

        json.WriteEndObject();
    }

    private async Task ListAsync(Exchange exchange)
    {
        var described = new List<ModelFacts>();
        foreach (var model in models.All)
        {
            described.Add(await ModelFacts.OfAsync(model, exchange.Aborted).ConfigureAwait(false));
        }

        var json = exchange.Json();
        await using (json.ConfigureAwait(false))
        {
            json.Writer.WriteStartObject();
            json.Writer.WriteString("object", "list");
            json.Writer.WriteStartArray("data");
            foreach (var facts in described)
            {
                Write(json.Writer, facts);
            }

            json.Writer.WriteEndArray();
            json.Writer.WriteEndObject();
        }
    }

    private async Task ShowAsync(Exchange exchange)
    {
        var (model, _) = models.Find(exchange.Route("id"));
        var facts = await ModelFacts.OfAsync(model, exchange.Aborted).ConfigureAwait(false);
        var json = exchange.Json();
        await using (json.ConfigureAwait(false))
        {
            Write(json.Writer, facts);
        }
    }

    private void Write(Utf8JsonWriter json, ModelFacts facts)
    {
        json.WriteStartObject();
        json.WriteString("id", facts.Id);
        json.WriteString("object", "model");
        json.WriteNumber("created", facts.Created);
        json.WriteString("owned_by", "simile");
        json.WriteNumber("dimensions", facts.Dimensions);
        json.WriteStartArray("supported_dimensions");
        foreach (var dimensions in facts.AllDimensions)
        {
            json.WriteNumberValue(dimensions);
        }

        json.WriteEndArray();
        json.WriteStartArray("modalities");
        foreach (var modality in facts.Modalities)
        {
            json.WriteStringValue(modality);
        }

        json.WriteEndArray();
        facts.WriteMaxTokens(json, "max_input_tokens");
        json.WriteNumber("max_inputs", options.MaxInputs);
        json.WriteNumber("max_request_tokens", options.MaxTokens);
        json.WriteEndObject();
    }
}

/// <summary>The body of an embedding request: OpenAI's fields, then those of Voyage, Jina, vLLM and our own. Others are passed
/// over.</summary>
internal sealed class OpenAiRequest
{
    private const double Half = 0.5;

    public string? Model { get; init; }

    public EmbedInputs? Input { get; init; }

    public EmbedInputs? Inputs { get; init; }

    public string? EncodingFormat { get; init; }

    public int? Dimensions { get; init; }

    public string? InputType { get; init; }

    public int? OutputDimension { get; init; }

    public string? OutputDtype { get; init; }

    public bool? Truncation { get; init; }

    public string? Task { get; init; }

    public string? EmbeddingType { get; init; }

    public bool? Normalized { get; init; }

    public bool? Truncate { get; init; }

    public bool? LateChunking { get; init; }

    public int? TruncatePromptTokens { get; init; }

    public string? PromptName { get; init; }

    public string? Purpose { get; init; }

    public string? Modality { get; init; }

    public string? Fusion { get; init; }

    public double? ImageShare { get; init; }

    public EmbedInputs? Messages { get; init; }

    /// <summary>The numbers that are wanted, and whether as base64.</summary>
    /// <exception cref="RefusalException">There is no such form.</exception>
    public (VectorNumbers Numbers, bool IsBase64) Form()
    {
        var format = EncodingFormat ?? (EmbeddingType == "base64" ? "base64" : "float");
        if (format is not ("float" or "base64"))
        {
            throw Refusal.Invalid("encoding_format", $"The encoding_format '{format}' is none; expected is float or base64.");
        }

        var numbers = OutputDtype ?? (EmbeddingType == "base64" ? null : EmbeddingType);
        return (
            VectorForm.Find(numbers)
                ?? throw Refusal.Invalid(
                    OutputDtype is null ? "embedding_type" : "output_dtype",
                    $"Vectors are not given as '{numbers}'; expected is one of {VectorForm.Known}."
                ),
            format == "base64"
        );
    }

    /// <summary>The request as all dialects have it.</summary>
    /// <exception cref="RefusalException">A field is missing or has a value that nobody knows.</exception>
    public EmbedRequest ToRequest(string? deployment, bool truncates)
    {
        if (LateChunking == true)
        {
            throw Refusal.Invalid("late_chunking", "late_chunking is not done here: each input is embedded on its own. Leave it out.");
        }

        // vLLM: -1 stands for the model's own limit.
        var tokens = TruncatePromptTokens is { } most and not -1 ? (int?)most : null;
        return new EmbedRequest(deployment ?? Model, All())
        {
            Purpose = PurposeWords.Of(("input_type", InputType), ("task", Task), ("prompt_name", PromptName), ("purpose", Purpose)),
            Dimensions = Dimensions ?? OutputDimension,
            Normalize = Normalized,
            Truncates = Truncate ?? Truncation ?? (TruncatePromptTokens is not null || truncates),
            MaxTokens = tokens,
            Fusion = FusionOf(),
        };
    }

    // Infinity says beside the inputs that they are pictures; vLLM gives the parts of one input as a conversation.
    private EmbedInputs All() =>
        Messages is { } conversation ? conversation.AsOne()
        : (Input ?? Inputs) is not { } inputs ? throw Refusal.Invalid("input", "The field 'input' is missing: what is to be embedded?")
        : Modality switch
        {
            null or "text" => inputs,
            "image" => inputs.AsPictures(),
            _ => throw Refusal.Invalid("modality", $"The modality '{Modality}' is none; expected is text or image."),
        };

    private IFusion FusionOf() =>
        Fusion switch
        {
            null or "spherical" => new SphericalFusion(ImageShare ?? Half),
            "sum" => new WeightedSumFusion(1 - (ImageShare ?? Half), ImageShare ?? Half),
            _ => throw Refusal.Invalid("fusion", $"The fusion '{Fusion}' is none; expected is spherical or sum."),
        };
}
