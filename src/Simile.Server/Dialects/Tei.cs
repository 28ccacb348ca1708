using System.Globalization;
using System.Text.Json;
using Simile.Hosting;
using Simile.Server.Embedding;
using Simile.Server.Http;
using Simile.Server.Limits;
using Simile.Tokenization;

namespace Simile.Server.Dialects;

/// <summary>The routes of Hugging Face's text-embeddings-inference.</summary>
/// <param name="models">The models; its clients name none, so the first one answers.</param>
/// <param name="runner">Embeds.</param>
/// <param name="reranking">Scores texts against a query.</param>
/// <param name="options">The server's options.</param>
internal sealed class Tei(ServedModels models, EmbedRunner runner, RerankRunner reranking, SimileServerOptions options) : Dialect
{
    private const int Unprocessable = 422;

    public override void Map(SimileRoutes routes)
    {
        routes.Post(this, "/embed", EmbedAsync);
        routes.Post(this, "/", RootAsync);
        routes.Post(this, "/similarity", SimilarityAsync);
        routes.Post(this, "/tokenize", TokenizeAsync);
        routes.Post(this, "/decode", DecodeAsync);
        routes.Get(this, "/info", InfoAsync);
    }

    public override int StatusOf(Refusal refusal) => refusal.Kind == RefusalKind.Invalid ? Unprocessable : refusal.Status;

    public override void WriteRefusal(Utf8JsonWriter json, Refusal refusal)
    {
        json.WriteString("error", refusal.Message);
        json.WriteString(
            "error_type",
            refusal switch
            {
                { Kind: RefusalKind.Overloaded } => "Overloaded",
                { Kind: RefusalKind.Unavailable } => "Unhealthy",
                { Kind: RefusalKind.Failed } => "Backend",
                { Code: ErrorCode.EmptyText } => "Empty",
                { Code: ErrorCode.UnknownTokenId or ErrorCode.InvalidUnicode } => "Tokenizer",
                _ => "Validation",
            }
        );
        json.WriteString("code", refusal.Code);
    }

    // The hub's clients send all tasks to one address; what is wanted shows in the body.
    private async Task RootAsync(Exchange exchange)
    {
        using var body = await exchange.ReadBodyAsync().ConfigureAwait(false);
        await (
            Compares(body.Span)
                ? SimilarityAsync(exchange, Exchange.Parse(body.Span, ServerJson.Default.TeiSimilarityRequest))
                : EmbedAsync(exchange, Exchange.Parse(body.Span, ServerJson.Default.TeiEmbedRequest))
        ).ConfigureAwait(false);
    }

    private static bool Compares(ReadOnlySpan<byte> body)
    {
        // A string of JSON that has these letters and no others; only then it is worth to look where it stands.
        if (body.IndexOf("\"source_sentence\""u8) < 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(body);
        try
        {
            while (reader.Read())
            {
                if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 2 } && reader.ValueTextEquals("source_sentence"u8))
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            // Whoever reads it whole says what is wrong with it.
        }

        return false;
    }

    private async Task EmbedAsync(Exchange exchange) =>
        await EmbedAsync(exchange, await exchange.ReadAsync(ServerJson.Default.TeiEmbedRequest).ConfigureAwait(false))
            .ConfigureAwait(false);

    private async Task EmbedAsync(Exchange exchange, TeiEmbedRequest asked)
    {
        var inputs = asked.Inputs ?? throw Refusal.Invalid("inputs", "The field 'inputs' is missing: what is to be embedded?");
        TeiEmbedRequest.RequireRight(asked.TruncationDirection);
        var answer = await runner
            .RunAsync(
                new EmbedRequest(asked.Model, inputs)
                {
                    Purpose = PurposeWords.Of(("prompt_name", asked.PromptName)),
                    Dimensions = asked.Dimensions,
                    Normalize = asked.Normalize,
                    Truncates = asked.Truncate ?? options.Truncate ?? false,
                    IsBulk = exchange.IsBulk,
                },
                exchange.Aborted
            )
            .ConfigureAwait(false);
        exchange.Tell(answer);
        exchange.Http.Response.Headers["x-compute-tokens"] = answer.Tokens.ToString(CultureInfo.InvariantCulture);
        if (exchange.WantsOctets)
        {
            await exchange.WriteOctetsAsync(answer, VectorForm.Plain, VectorNumbers.Float).ConfigureAwait(false);
            return;
        }

        var json = exchange.Json();
        await using (json.ConfigureAwait(false))
        {
            await json.WriteRowsAsync(answer.Batch, VectorForm.Plain).ConfigureAwait(false);
        }
    }

    private async Task SimilarityAsync(Exchange exchange) =>
        await SimilarityAsync(exchange, await exchange.ReadAsync(ServerJson.Default.TeiSimilarityRequest).ConfigureAwait(false))
            .ConfigureAwait(false);

    private async Task SimilarityAsync(Exchange exchange, TeiSimilarityRequest request)
    {
        var asked = request.Inputs;
        if (asked?.SourceSentence is not { } source || asked.Sentences is not { } sentences)
        {
            throw Refusal.Invalid("inputs", "The field 'inputs' needs a 'source_sentence' and a list of 'sentences'.");
        }

        var both = new EmbedRequest(null, EmbedInputs.Of(sentences.Prepend(source))) { Truncates = options.Truncate ?? false };
        var answer = await runner.RunAsync(both, exchange.Aborted).ConfigureAwait(false);
        exchange.Tell(answer);
        var json = exchange.Json();
        await using (json.ConfigureAwait(false))
        {
            json.Writer.WriteStartArray();
            for (var i = 1; i < answer.Batch.Count; i++)
            {
                json.Writer.WriteNumberValue(Similarity.Measure(answer.Batch, 0, answer.Batch, i));
            }

            json.Writer.WriteEndArray();
        }
    }

    private async Task TokenizeAsync(Exchange exchange)
    {
        var asked = await exchange.ReadAsync(ServerJson.Default.TeiTokenizeRequest).ConfigureAwait(false);
        var inputs = asked.Inputs ?? throw Refusal.Invalid("inputs", "The field 'inputs' is missing: which texts are to be tokenized?");
        runner.RequireCount(inputs.Items.Count);
        string[] texts =
        [
            .. inputs.Items.Select(item =>
                item.Text ?? throw (item.Error as Exception ?? Refusal.Invalid("inputs", "Only texts are tokenized."))
            ),
        ];
        var (model, _) = models.Find(asked.Model);
        var lease = await model.LeaseAsync(exchange.Aborted).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            var tokenizer = model.Tokenizer(lease.Embedder);
            var json = exchange.Json();
            await using (json.ConfigureAwait(false))
            {
                json.Writer.WriteStartArray();
                foreach (var text in texts)
                {
                    TokenText.Write(json.Writer, tokenizer, text, asked.AddSpecialTokens ?? true);
                    await json.SendMuchAsync().ConfigureAwait(false);
                }

                json.Writer.WriteEndArray();
            }
        }
    }

    private async Task DecodeAsync(Exchange exchange)
    {
        var asked = await exchange.ReadAsync(ServerJson.Default.TeiDecodeRequest).ConfigureAwait(false);
        var ids = asked.Ids ?? throw Refusal.Invalid("ids", "The field 'ids' is missing: which tokens are to be decoded?");
        var (model, _) = models.Find(asked.Model);
        var lease = await model.LeaseAsync(exchange.Aborted).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            var tokenizer = model.Tokenizer(lease.Embedder);
            string[] texts =
            [
                .. ids.Items.Select(item =>
                    TokenText.Decode(
                        tokenizer,
                        item.Ids ?? throw Refusal.Invalid("ids", "Only token ids are decoded."),
                        asked.SkipSpecialTokens ?? true
                    )
                ),
            ];
            var json = exchange.Json();
            await using (json.ConfigureAwait(false))
            {
                json.Writer.WriteStartArray();
                Array.ForEach(texts, json.Writer.WriteStringValue);
                json.Writer.WriteEndArray();
            }
        }
    }

    private async Task InfoAsync(Exchange exchange)
    {
        var (model, _) = models.Find(null);
        var facts = await ModelFacts.OfAsync(model, exchange.Aborted).ConfigureAwait(false);
        var json = exchange.Json();
        await using (json.ConfigureAwait(false))
        {
            var writer = json.Writer;
            writer.WriteStartObject();
            writer.WriteString("model_id", facts.Id);
            writer.WriteString("model_sha", facts.Recipe);
            writer.WriteString("model_dtype", "float32");
            writer.WriteString("served_model_name", facts.Id);
            writer.WriteStartObject("model_type");
            writer.WriteStartObject("embedding");
            writer.WriteString("pooling", "mean");
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteNumber("max_concurrent_requests", options.MaxRequests);
            writer.WriteNumber("max_input_length", facts.MaxTokens ?? options.MaxTokens);
            writer.WriteNumber("max_batch_tokens", options.MaxTokens);
            writer.WriteNull("max_batch_requests");
            writer.WriteNumber("max_client_batch_size", options.MaxInputs);
            writer.WriteBoolean("auto_truncate", options.Truncate ?? false);
            writer.WriteNumber("tokenization_workers", Environment.ProcessorCount);
            writer.WriteString("version", typeof(SimileServerOptions).Assembly.GetName().Version!.ToString(3));
            writer.WriteNull("sha");
            writer.WriteNull("docker_label");
            writer.WriteEndObject();
        }
    }

    /// <summary>Scores texts: the <c>/rerank</c> of this dialect, told from Jina's by its <c>texts</c>.</summary>
    public async Task RerankAsync(Exchange exchange, RerankFields asked)
    {
        if (asked.RawScores == true)
        {
            throw Refusal.Invalid("raw_scores", "Scores are given as the model was trained to give them; raw_scores is not known here.");
        }

        var request = asked.ToRequest(asked.Texts!, options.Truncate ?? false);
        var answer = await reranking.RunAsync(request, exchange.Aborted).ConfigureAwait(false);
        answer.Tell(exchange.Http.Response.Headers);
        var json = exchange.Json();
        await using (json.ConfigureAwait(false))
        {
            json.Writer.WriteStartArray();
            foreach (var row in answer.Rows)
            {
                json.Writer.WriteStartObject();
                json.Writer.WriteNumber("index", row.Index);
                json.Writer.WriteNumber("score", row.Score);
                if (asked.ReturnText == true)
                {
                    json.Writer.WriteString("text", request.Texts[row.Index]);
                }

                json.Writer.WriteEndObject();
            }

            json.Writer.WriteEndArray();
        }
    }
}

/// <summary>The body of <c>/embed</c>.</summary>
internal sealed class TeiEmbedRequest
{
    public string? Model { get; init; }

    public EmbedInputs? Inputs { get; init; }

    public bool? Truncate { get; init; }

    public string? TruncationDirection { get; init; }

    public string? PromptName { get; init; }

    public bool? Normalize { get; init; }

    public int? Dimensions { get; init; }

    /// <summary>Refuses to cut a text at its beginning.</summary>
    public static void RequireRight(string? direction)
    {
        if (direction is not (null or "right" or "Right"))
        {
            throw Refusal.Invalid("truncation_direction", $"Texts are cut at their end ('right'), not at '{direction}'.");
        }
    }
}

/// <summary>The body of <c>/similarity</c>.</summary>
internal sealed class TeiSimilarityRequest
{
    public TeiSentences? Inputs { get; init; }
}

/// <summary>A sentence and those it is compared with.</summary>
internal sealed class TeiSentences
{
    public string? SourceSentence { get; init; }

    public IReadOnlyList<string?>? Sentences { get; init; }
}

/// <summary>The body of <c>/tokenize</c>.</summary>
internal sealed class TeiTokenizeRequest
{
    public string? Model { get; init; }

    public EmbedInputs? Inputs { get; init; }

    public bool? AddSpecialTokens { get; init; }
}

/// <summary>The body of <c>/decode</c>.</summary>
internal sealed class TeiDecodeRequest
{
    public string? Model { get; init; }

    public EmbedInputs? Ids { get; init; }

    public bool? SkipSpecialTokens { get; init; }
}
