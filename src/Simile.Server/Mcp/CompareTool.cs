using System.ComponentModel;
using Simile.Images;
using Simile.Multimodal;
using Simile.Server.Collections;
using Simile.Vectors;

namespace Simile.Server.Mcp;

/// <summary>The tool that compares texts and pictures with one another, or with labels.</summary>
internal sealed class CompareTool(CollectionSet collections, Func<CancellationToken, Task<EmbeddingModel>> openModel)
{
    private const int MaxItems = 32;

    [Description("Compare texts and pictures: their cosines with one another, or with labels and which label is nearest.")]
    public async Task<McpComparison> CompareAsync(
        string[]? texts = null,
        [Description("Picture files in allowed folders; they come after the texts")] string[]? pictures = null,
        [Description("Texts to choose from")] string[]? labels = null,
        CancellationToken cancellationToken = default
    )
    {
        var items = (texts ?? []).Select(Content.Of).Concat((pictures ?? []).Select(PictureOf)).ToList();
        if (items.Count == 0 || items.Count > MaxItems || labels is { Length: 0 or > MaxItems })
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"{items.Count} texts and pictures and {labels?.Length ?? 0} labels were given; expected are 1 to {MaxItems} and at most "
                    + $"{MaxItems}."
            );
        }

        var model = await openModel(cancellationToken).ConfigureAwait(false);
        var batch = await EmbedAsync(model, items, EmbedPurpose.Document, cancellationToken).ConfigureAwait(false);
        var others = labels is null
            ? batch
            : await EmbedAsync(model, [.. labels.Select(Content.Of)], EmbedPurpose.Document, cancellationToken).ConfigureAwait(false);
        double[][] matrix =
        [
            .. Enumerable
                .Range(0, batch.Count)
                .Select(row => Enumerable.Range(0, others.Count).Select(column => Cosine(batch[row], others[column])).ToArray()),
        ];
        return new McpComparison(matrix) { Nearest = labels is null ? null : [.. matrix.Select(row => NearestOf(row, labels))] };
    }

    private Content PictureOf(string path) => Content.Of(ImageInput.FromFile(collections.Allow(path)));

    private static async Task<EmbeddingBatch> EmbedAsync(
        EmbeddingModel model,
        IReadOnlyList<Content> items,
        EmbedPurpose purpose,
        CancellationToken cancellationToken
    )
    {
        var batch = await model.Embedder.EmbedAsync(items, new EmbedOptions { Purpose = purpose }, cancellationToken).ConfigureAwait(false);
        var failed = Enumerable.Range(0, batch.Count).FirstOrDefault(i => batch.Outcomes[i].Error is not null, -1);
        return failed < 0 ? batch : throw batch.Outcomes[failed].Error!;
    }

    private static double Cosine(EmbeddingVector a, EmbeddingVector b) => Math.Round(Similarity.Cosine(a, b), 4);

    private static McpNearest NearestOf(double[] row, string[] labels)
    {
        var order = Enumerable.Range(0, row.Length).OrderByDescending(i => row[i]).ToArray();
        return new McpNearest(labels[order[0]], order.Length > 1 ? Math.Round(row[order[0]] - row[order[1]], 4) : 0);
    }
}
