using Microsoft.Extensions.Options;
using Simile.Batching;
using Simile.Hosting.HostedModels;
using Simile.Multimodal;
using Simile.Server.Limits;

namespace Simile.Server.Embedding;

/// <summary>Turns a request into vectors, through the embedders of the host: their queues, caches and monitor.</summary>
/// <param name="models">The models.</param>
/// <param name="server">The limits.</param>
internal sealed class EmbedRunner(ServedModels models, IOptions<SimileServerOptions> server)
{
    private const int CharactersPerToken = 4;
    private readonly SimileServerOptions _options = server.Value;
    private readonly BatchingCall _interactive = new() { Deadline = server.Value.MaxWait };
    private readonly BatchingCall _bulk = new() { Lane = BatchingLane.Bulk, Deadline = server.Value.MaxWait };

    /// <summary>Embeds a request's inputs.</summary>
    /// <exception cref="RefusalException">The request cannot be answered.</exception>
    /// <exception cref="SimileException">The options ask for something that the model cannot do.</exception>
    public async Task<EmbedAnswer> RunAsync(EmbedRequest request, CancellationToken cancellationToken)
    {
        var items = request.Inputs.Items;
        RequireCount(items.Count);
        var (model, purpose) = models.Find(request.Model);
        var lease = await model.LeaseAsync(cancellationToken).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            RequireTokens(items, lease.Embedder);
            var settled = request.Purpose == EmbedPurpose.Unspecified ? purpose : request.Purpose;
            var options = new EmbedOptions
            {
                Purpose = settled,
                Dimensions = request.Dimensions,
                Normalize = request.Normalize,
                MaxTokens = request.MaxTokens,
            };
            var call = request.IsBulk ?? items.Count > _options.MaxInteractiveInputs ? _bulk : _interactive;
            var batch = await EmbedAsync(lease.Embedder, items, options, (call, request.Fusion), cancellationToken).ConfigureAwait(false);
            RequireTokens(batch);
            Require(request, batch, model, lease.Embedder);
            return new EmbedAnswer(model, settled, batch);
        }
    }

    /// <summary>Refuses more inputs than a request may have.</summary>
    /// <exception cref="RefusalException"><see cref="RefusalKind.TooLarge"/>.</exception>
    public void RequireCount(int inputs)
    {
        if (inputs > _options.MaxInputs)
        {
            throw TooLarge($"The request has {inputs} inputs, and {_options.MaxInputs} are the most. Send them in several requests.");
        }
    }

    /// <summary>A model's embedders, queued as so many inputs are.</summary>
    public (IEmbedder<string>? Texts, IEmbedder<ImageInput>? Images) Queued(HostedModel hosted, int inputs)
    {
        var call = inputs > _options.MaxInteractiveInputs ? _bulk : _interactive;
        return (hosted.Texts?.In(call), hosted.Images?.In(call));
    }

    private static void Require(EmbedRequest request, EmbeddingBatch batch, ServedModel model, HostedModel hosted)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            var outcome = batch.Outcomes[i];
            if (outcome.Error is { } error && !request.IsPartial)
            {
                var refusal = Refusal.Of(error, "input");
                var place = request.Inputs.IsSingle ? string.Empty : $"input[{i}]: ";
                throw new RefusalException(refusal with { Message = place + refusal.Message });
            }

            if (outcome.Truncated && !request.Truncates)
            {
                var limit = request.MaxTokens ?? (hosted.Find(typeof(TextEmbedder)) as TextEmbedder)?.MaxTokens;
                throw Refusal.Invalid(
                    "input",
                    $"input[{i}] has {outcome.TokensSeen} tokens, and the model '{model.Id}' takes {limit}. Send a shorter text, or let "
                        + "long ones be cut (\"truncate\": true)."
                );
            }
        }
    }

    private void RequireTokens(EmbeddingBatch batch)
    {
        var tokens = 0L;
        foreach (var outcome in batch.Outcomes)
        {
            tokens += outcome.TokensSeen;
        }

        if (tokens > _options.MaxTokens)
        {
            throw TooManyTokens();
        }
    }

    // What is far too long is not embedded first. A text has hardly more tokens than characters, so most requests need no counting here.
    private void RequireTokens(IReadOnlyList<EmbedInput> items, HostedModel hosted)
    {
        var (most, ids) = (0L, 0L);
        foreach (var item in items)
        {
            most += item.Text?.Length ?? 0;
            ids += item.Ids?.Length ?? 0;
        }

        if (most + ids <= _options.MaxTokens)
        {
            return;
        }

        var counter = hosted.Find(typeof(TextEmbedder)) as TextEmbedder;
        var tokens = ids;
        foreach (var text in items.Select(item => item.Text).OfType<string>())
        {
            tokens += counter?.CountTokens(text, EmbedPurpose.Unspecified) ?? (text.Length / CharactersPerToken);
            if (tokens > _options.MaxTokens)
            {
                break;
            }
        }

        if (tokens > _options.MaxTokens)
        {
            throw TooManyTokens();
        }
    }

    private RefusalException TooManyTokens() =>
        TooLarge($"The inputs have over {_options.MaxTokens} tokens together, the most of a request. Send them in several requests.");

    private static RefusalException TooLarge(string message) =>
        new(new Refusal(RefusalKind.TooLarge, ErrorCode.RequestTooLarge, message) { Field = "input" });

    private static async ValueTask<EmbeddingBatch> EmbedAsync(
        HostedModel hosted,
        IReadOnlyList<EmbedInput> items,
        EmbedOptions options,
        (BatchingCall Call, IFusion? Fusion) way,
        CancellationToken cancellationToken
    )
    {
        var (call, fusion) = way;
        if (hosted.Texts is { } only && TryTexts(items) is { } all)
        {
            return await only.In(call).EmbedAsync(all, options, cancellationToken).ConfigureAwait(false);
        }

        var space = hosted.Texts?.Model.Space ?? hosted.Images!.Model.Space;
        var rows = new RowMerger(space.For(options), items.Count);
        var (texts, images) = (hosted.Texts?.In(call), hosted.Images?.In(call));
        var ofPictures = options with { MaxTokens = null };
        await rows.FillAsync(texts, items, item => item.Image is null ? item.Text : null, "texts", options, cancellationToken)
            .ConfigureAwait(false);
        await rows.FillAsync(hosted.Ids?.In(call), items, item => item.Ids, "token ids", options, cancellationToken).ConfigureAwait(false);
        await rows.FillAsync(images, items, item => item.Text is null ? item.Image : null, "pictures", ofPictures, cancellationToken)
            .ConfigureAwait(false);
        var both = texts is null || images is null ? null : new MultimodalEmbedder(texts, images, fusion ?? new SphericalFusion());
        await rows.FillAsync(both, items, Both, "texts with pictures", options, cancellationToken).ConfigureAwait(false);
        foreach (var (i, item) in items.Index())
        {
            if (item.Error is { } error)
            {
                rows.Fail(i, error);
            }
        }

        return rows.ToBatch();
    }

    private static MultimodalInput? Both(EmbedInput item) =>
        item is { Text: { } text, Image: { } image } ? new MultimodalInput(text, image) : null;

    private static string[]? TryTexts(IReadOnlyList<EmbedInput> items)
    {
        var texts = new string[items.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            if (items[i] is not { Text: { } text, Image: null })
            {
                return null;
            }

            texts[i] = text;
        }

        return texts;
    }
}
