using Simile.Hosting;
using Simile.Hosting.HostedModels;
using Simile.Registry;
using Simile.Server.Limits;
using Simile.Tokenization;
using Simile.Vectors.Codes;

namespace Simile.Server.Embedding;

/// <summary>A model that clients can name.</summary>
/// <param name="id">Its name.</param>
/// <param name="registration">What it was added as.</param>
/// <param name="source">The model's name or folder; null for a generator.</param>
/// <param name="registry">Where it is lent.</param>
/// <param name="host">Where its files are found.</param>
internal sealed class ServedModel(string id, SimileRegistration registration, string? source, EmbedderRegistry registry, SimileHost host)
{
    private Int8Calibration? _calibration;

    public string Id => id;

    public SimileRegistration Registration => registration;

    /// <summary>Whether it is in memory.</summary>
    public bool IsLoaded => registry.Embedders.Any(entry => entry.Name == registration.EmbedderName && entry.IsLoaded);

    /// <summary>The bytes that it takes in memory.</summary>
    public long Bytes => registry.Embedders.FirstOrDefault(entry => entry.Name == registration.EmbedderName)?.Bytes ?? 0;

    /// <summary>Borrows it; loads it if it is not loaded.</summary>
    public ValueTask<EmbedderLease<HostedModel>> LeaseAsync(CancellationToken cancellationToken) =>
        registry.GetAsync<HostedModel>(registration.EmbedderName, cancellationToken);

    /// <summary>What makes 8-bit codes of its vectors.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.NotCalibrated"/>.</exception>
    public Int8Calibration Calibration() => _calibration ??= FindCalibration();

    /// <summary>The tokenizer of its texts.</summary>
    /// <exception cref="RefusalException">It has none.</exception>
    public ITokenizer Tokenizer(HostedModel hosted) =>
        (hosted.Find(typeof(TextEmbedder)) as TextEmbedder)?.Tokenizer
        ?? throw Refusal.Invalid("model", $"The model '{id}' has no tokenizer of its own here.");

    private Int8Calibration FindCalibration()
    {
        var path = source is null ? string.Empty : Path.Combine(host.Models.Resolve(source).Path, "calibration.json");
        return File.Exists(path)
            ? Int8Calibration.Load(path)
            : throw new SimileException(
                ErrorCode.NotCalibrated,
                $"The model '{id}' has no calibration for 8-bit codes. Ask for float, or for binary codes (ubinary), which need none."
            );
    }
}
