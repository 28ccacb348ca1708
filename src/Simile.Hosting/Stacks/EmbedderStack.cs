using Simile.Images;
using Simile.Multimodal;

namespace Simile.Hosting.Stacks;

/// <summary>A model of a host with all that stands around it.</summary>
/// <param name="name">The model's name.</param>
/// <param name="texts">Embeds texts, or null.</param>
/// <param name="images">Embeds pictures, or null.</param>
/// <param name="parts">Objects that callers may ask for by type, beside the embedders.</param>
/// <param name="model">What is disposed with it, or null.</param>
internal sealed class EmbedderStack(
    string name,
    EmbedderTower<string>? texts,
    EmbedderTower<ImageInput>? images,
    IReadOnlyList<object?> parts,
    IAsyncDisposable? model
) : IAsyncDisposable
{
    public string Name => name;

    /// <summary>What can be asked for by type. What callers use comes first.</summary>
    public IReadOnlyList<object> Faces { get; } =
    [
        .. (
            (object?[])[texts?.Top, images?.Top, new ContentEmbedder(texts?.Top, images?.Top), texts?.Batching, images?.Batching, .. parts]
        ).OfType<object>(),
    ];

    /// <summary>A part by its type, or what an embedder in it knows of; null where there is none.</summary>
    public object? Find(Type type) => Faces.FirstOrDefault(type.IsInstanceOfType) ?? Faces.OfType<ContentEmbedder>().First().Find(type);

    /// <summary>One probe for each kind of input.</summary>
    public IReadOnlyList<HealthProbe> Probes { get; private set; } = [];

    /// <summary>Embeds the probes, for the health checks to come.</summary>
    /// <param name="areExact">Whether the model gives the same bits every time.</param>
    /// <param name="cancellationToken">Stops the embedding.</param>
    public async Task ProbeAsync(bool areExact, CancellationToken cancellationToken)
    {
        var probes = new List<HealthProbe>();
        if (texts is not null)
        {
            probes.Add(
                await HealthProbe
                    .TakeAsync("texts", ProbeInputs.Text, texts.Model, texts.Queued, areExact, cancellationToken)
                    .ConfigureAwait(false)
            );
        }

        if (images is not null)
        {
            probes.Add(
                await HealthProbe
                    .TakeAsync("pictures", ProbeInputs.Picture(), images.Model, images.Queued, areExact, cancellationToken)
                    .ConfigureAwait(false)
            );
        }

        Probes = probes;
    }

    public async ValueTask DisposeAsync()
    {
        // The queues first: they run on the model.
        foreach (var part in ((IAsyncDisposable?[])[texts, images, model]).OfType<IAsyncDisposable>())
        {
            await part.DisposeAsync().ConfigureAwait(false);
        }
    }
}
