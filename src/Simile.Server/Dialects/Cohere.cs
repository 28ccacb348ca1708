using System.Text.Json;
using Simile.Server.Embedding;
using Simile.Server.Http;
using Simile.Server.Limits;

namespace Simile.Server.Dialects;

/// <summary>Cohere's <c>/v2/embed</c>.</summary>
/// <param name="runner">Embeds.</param>
/// <param name="options">The server's options.</param>
internal sealed class Cohere(EmbedRunner runner, SimileServerOptions options) : Dialect
{
    public override void Map(SimileRoutes routes) => routes.Post(this, "/v2/embed", EmbedAsync);

    public override void WriteRefusal(Utf8JsonWriter json, Refusal refusal)
    {
        json.WriteString("message", refusal.Message);
        json.WriteString("code", refusal.Code);
    }

    private async Task EmbedAsync(Exchange exchange)
    {
        var asked = await exchange.ReadAsync(ServerJson.Default.CohereEmbedRequest).ConfigureAwait(false);
        var forms = asked.Forms();
        var answer = await runner
            .RunAsync(
                new EmbedRequest(asked.Model, asked.All())
                {
                    Purpose = PurposeWords.Of(("input_type", asked.InputType)),
                    Dimensions = asked.OutputDimension,
                    Truncates = asked.Truncates() ?? options.Truncate ?? true,
                    MaxTokens = asked.MaxTokens,
                    IsBulk = exchange.IsBulk,
                },
                exchange.Aborted
            )
            .ConfigureAwait(false);
        (string Name, VectorForm Form)[] writing =
        [
            .. forms.Select(form => (form.Name, VectorForm.Of(form.Numbers, form.Name == "base64", answer))),
        ];
        exchange.Tell(answer);
        var json = exchange.Json();
        await using (json.ConfigureAwait(false))
        {
            await WriteAsync(exchange, json, asked, answer, writing).ConfigureAwait(false);
        }
    }

    private static async Task WriteAsync(
        Exchange exchange,
        JsonAnswer json,
        CohereEmbedRequest asked,
        EmbedAnswer answer,
        (string Name, VectorForm Form)[] writing
    )
    {
        var writer = json.Writer;
        writer.WriteStartObject();
        writer.WriteString("id", exchange.Http.Response.Headers["x-request-id"].ToString());
        writer.WriteStartObject("embeddings");
        foreach (var (name, form) in writing)
        {
            writer.WritePropertyName(name);
            await json.WriteRowsAsync(answer.Batch, form).ConfigureAwait(false);
        }

        writer.WriteEndObject();
        writer.WriteStartArray("texts");
        foreach (var text in asked.Texts ?? [])
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
        writer.WriteStartObject("meta");
        writer.WriteStartObject("api_version");
        writer.WriteString("version", "2");
        writer.WriteEndObject();
        writer.WriteStartObject("billed_units");
        writer.WriteNumber("input_tokens", answer.Tokens);
        writer.WriteEndObject();
        if (answer.Truncated > 0)
        {
            writer.WriteStartArray("warnings");
            writer.WriteStringValue($"{answer.Truncated} of the inputs were longer than the model takes, and were cut.");
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        writer.WriteString("response_type", "embeddings_by_type");
        writer.WriteEndObject();
    }
}

/// <summary>The body of <c>/v2/embed</c>.</summary>
internal sealed class CohereEmbedRequest
{
    public string? Model { get; init; }

    public string? InputType { get; init; }

    public IReadOnlyList<string?>? Texts { get; init; }

    public IReadOnlyList<string?>? Images { get; init; }

    public EmbedInputs? Inputs { get; init; }

    public int? OutputDimension { get; init; }

    public IReadOnlyList<string>? EmbeddingTypes { get; init; }

    public string? Truncate { get; init; }

    public int? MaxTokens { get; init; }

    /// <summary>The texts, then the pictures, then what is either or both.</summary>
    /// <exception cref="RefusalException">There is nothing to embed.</exception>
    public EmbedInputs All()
    {
        if (Texts is null && Images is null && Inputs is null)
        {
            throw Refusal.Invalid("texts", "There is nothing to embed: give 'texts', 'images' or 'inputs'.");
        }

        var all = EmbedInputs.Of(Texts ?? []);
        foreach (var image in Images ?? [])
        {
            all.Add(image is null ? EmbedInput.Null : PictureText.Read(image));
        }

        foreach (var input in Inputs?.Items ?? [])
        {
            all.Add(input);
        }

        return all;
    }

    /// <summary>The kinds of vectors that are wanted, each once; floats where none is named.</summary>
    /// <exception cref="RefusalException">One of them is unknown.</exception>
    public IReadOnlyList<(string Name, VectorNumbers Numbers)> Forms() =>
        [
            .. (EmbeddingTypes is { Count: > 0 } named ? named : ["float"])
                .Distinct(StringComparer.Ordinal)
                .Select(name =>
                    (
                        name,
                        name == "base64"
                            ? VectorNumbers.Float
                            : VectorForm.Find(name)
                                ?? throw Refusal.Invalid(
                                    "embedding_types",
                                    $"Vectors are not given as '{name}'; expected is one of {VectorForm.Known}, base64."
                                )
                    )
                ),
        ];

    /// <summary>Whether what is too long is cut; null where the request does not say it.</summary>
    /// <exception cref="RefusalException">It is to be cut at its beginning, or as nobody knows.</exception>
    public bool? Truncates() =>
        Truncate?.ToUpperInvariant() switch
        {
            null => null,
            "END" => true,
            "NONE" => false,
            _ => throw Refusal.Invalid("truncate", $"Texts are cut at their end (END) or refused (NONE), not '{Truncate}'."),
        };
}
