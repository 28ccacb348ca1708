using System.Text.Json;
using Simile.Multimodal;
using Simile.Server.Embedding;
using Simile.Server.Http;
using Simile.Server.Limits;

namespace Simile.Server.Dialects;

/// <summary>Our own route that sorts texts and pictures under labels that no training has seen.</summary>
/// <param name="models">The models.</param>
/// <param name="runner">Knows the limits.</param>
internal sealed class Classify(ServedModels models, EmbedRunner runner) : Dialect
{
    public override void Map(SimileRoutes routes) => routes.Post(this, "/classify", RunAsync);

    public override void WriteRefusal(Utf8JsonWriter json, Refusal refusal)
    {
        // Problem details (RFC 9457).
        json.WriteString("title", refusal.Message);
        json.WriteNumber("status", refusal.Status);
        json.WriteString("code", refusal.Code);
        json.WriteString("field", refusal.Field);
    }

    private async Task RunAsync(Exchange exchange)
    {
        var asked = await exchange.ReadAsync(ServerJson.Default.ClassifyRequest).ConfigureAwait(false);
        var items = (asked.Input ?? throw Refusal.Invalid("input", "The field 'input' is missing: what is to be classified?")).Items;
        string[] labels =
        [
            .. (asked.Labels ?? throw Refusal.Invalid("labels", "The field 'labels' is missing: under which labels?")).Select(label =>
                label ?? throw Refusal.Invalid("labels", "A label is null. Leave it out.")
            ),
        ];
        var zeroShot = asked.Templates is { Count: > 0 } templates ? new ZeroShotOptions { Templates = templates } : new ZeroShotOptions();
        runner.RequireCount(items.Count + (labels.Length * zeroShot.Templates.Count));
        var (model, _) = models.Find(asked.Model);
        var lease = await model.LeaseAsync(exchange.Aborted).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            var (texts, images) = runner.Queued(lease.Embedder, items.Count);
            var classifier = await ZeroShotClassifier<Content>
                .CreateAsync(
                    new ContentEmbedder(texts, images),
                    texts ?? throw Refusal.Invalid("model", $"The model '{model.Id}' does not embed texts, so it knows no labels."),
                    labels,
                    zeroShot,
                    exchange.Aborted
                )
                .ConfigureAwait(false);
            var found = await classifier.ClassifyAsync([.. items.Select(ContentOf)], exchange.Aborted).ConfigureAwait(false);
            await WriteAsync(exchange, model.Id, found).ConfigureAwait(false);
        }
    }

    private static Content ContentOf(EmbedInput item) =>
        item switch
        {
            { Error: { } error } => throw error,
            { Text: { } text, Image: null } => text,
            { Image: { } image, Text: null } => image,
            _ => throw Refusal.Invalid("input", "A text or a picture is classified, not token ids and not both at once."),
        };

    private static async Task WriteAsync(Exchange exchange, string model, IReadOnlyList<Classification> found)
    {
        var json = exchange.Json();
        await using (json.ConfigureAwait(false))
        {
            json.Writer.WriteStartObject();
            json.Writer.WriteString("model", model);
            json.Writer.WriteStartArray("data");
            foreach (var (index, one) in found.Index())
            {
                json.Writer.WriteStartObject();
                json.Writer.WriteNumber("index", index);
                if (one.Outcome.Error is { } error)
                {
                    var refusal = Refusal.Of(error, "input");
                    json.Writer.WriteString("error", refusal.Message);
                    json.Writer.WriteString("code", refusal.Code);
                }

                json.Writer.WriteStartArray("labels");
                foreach (var score in one.Scores)
                {
                    json.Writer.WriteStartObject();
                    json.Writer.WriteString("label", score.Label);
                    json.Writer.WriteNumber("score", score.Score);
                    json.Writer.WriteEndObject();
                }

                json.Writer.WriteEndArray();
                json.Writer.WriteEndObject();
                await json.SendMuchAsync().ConfigureAwait(false);
            }

            json.Writer.WriteEndArray();
            json.Writer.WriteEndObject();
        }
    }
}

/// <summary>The body of <c>/classify</c>.</summary>
internal sealed class ClassifyRequest
{
    public string? Model { get; init; }

    public EmbedInputs? Input { get; init; }

    public IReadOnlyList<string?>? Labels { get; init; }

    public IReadOnlyList<string>? Templates { get; init; }
}
