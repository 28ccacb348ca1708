using Simile.Engine.Products;
using Simile.Images;
using Simile.Models;

namespace Simile.Hosting;

/// <summary>Which model is wanted, and for what.</summary>
/// <param name="Name">Its name, folder or repository.</param>
/// <param name="Needs">What will be embedded; other halves are not loaded.</param>
public sealed record ModelRequest(string Name, Modality Needs)
{
    /// <summary>The model for pictures, where <see cref="Name"/> embeds texts only. Default: null, the installed one that shares its space.</summary>
    public string? ImageModel { get; init; }

    /// <summary>Hears how long each group of pictures took; null for nobody.</summary>
    internal Action<ImageTimes>? Observe { get; init; }

    /// <summary>Threads.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Arithmetic of the networks' products.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Float32;
}
