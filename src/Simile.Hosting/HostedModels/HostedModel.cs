using Microsoft.Extensions.DependencyInjection;
using Simile.Images;
using Simile.Multimodal;
using Simile.Registry;

namespace Simile.Hosting.HostedModels;

/// <summary>A model of a host with all that stands around it.</summary>
/// <param name="name">The model's name.</param>
/// <param name="texts">Embeds texts, or null.</param>
/// <param name="images">Embeds pictures, or null.</param>
/// <param name="parts">Objects that callers may ask for by type, beside the embedders.</param>
/// <param name="model">What is disposed with it, or null.</param>
internal sealed class HostedModel(
    string name,
    DecoratedEmbedder<string>? texts,
    DecoratedEmbedder<ImageInput>? images,
    IReadOnlyList<object?> parts,
    IAsyncDisposable? model
) : IAsyncDisposable
{
    public string Name => name;

    /// <summary>Embeds texts, or null.</summary>
    public DecoratedEmbedder<string>? Texts => texts;

    /// <summary>Embeds pictures, or null.</summary>
    public DecoratedEmbedder<ImageInput>? Images => images;

    /// <summary>Embeds token ids of the model's own vocabulary, or null.</summary>
    public DecoratedEmbedder<int[]>? Ids { get; init; }

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
        foreach (var part in ((IAsyncDisposable?[])[texts, images, Ids, model]).OfType<IAsyncDisposable>())
        {
            await part.DisposeAsync().ConfigureAwait(false);
        }
    }
}

/// <summary>One call of AddSimile.</summary>
/// <param name="OptionsName">The name of its options; empty for the one that needs no name.</param>
internal sealed record SimileRegistration(string OptionsName)
{
    private const string Unnamed = "default";

    /// <summary>The name in the registry.</summary>
    public string EmbedderName => OptionsName.Length == 0 ? Unnamed : OptionsName;
}

/// <summary>The registry of a host: the models that were added, and every other by its name or folder.</summary>
internal static class HostedModelRegistry
{
    public static EmbedderRegistry Open(IServiceProvider services)
    {
        // All that models run on is made before the registry, so that the container closes it after the registry.
        var (opener, host) = (services.GetRequiredService<HostedModelOpener>(), services.GetRequiredService<SimileHost>());
        var registrations = services
            .GetServices<SimileRegistration>()
            .ToDictionary(registration => registration.EmbedderName, StringComparer.Ordinal);
        var options = services.GetService<RegistryOptions>() ?? new RegistryOptions();
        var others = options.OpenModel ?? new RegistryModels(host).OpenAsync;
        var registry = new EmbedderRegistry(
            options with
            {
                OpenModel = (id, stop) =>
                    registrations.TryGetValue(id, out var registration) ? opener.OpenAsync(registration, stop) : others(id, stop),
            }
        );
        foreach (var name in registrations.Keys)
        {
            registry.RegisterModel(name);
        }

        return registry;
    }
}
