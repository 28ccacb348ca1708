using System.Runtime.InteropServices;
using Simile.Images;
using Simile.Multimodal;

namespace Simile.Caching;

/// <summary>Texts by their exact UTF-16 units, lone surrogates included: no normalization, no trimming.</summary>
public sealed class TextKey : IInputKey<string>
{
    private const byte Modality = (byte)'T';

    /// <inheritdoc/>
    public CacheKey? KeyOf(string input, CallKey call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return input is null ? null : call.Of(Modality, MemoryMarshal.AsBytes(input.AsSpan()));
    }

    /// <inheritdoc/>
    public bool MayChange(string input) => false;
}

/// <summary>Pictures by SHA-256 of the file's bytes, or of the pixels and their shape where there is no file. Nothing is decoded.</summary>
public sealed class ImageKey : IInputKey<ImageInput>
{
    private const byte Modality = (byte)'I';

    /// <inheritdoc/>
    public CacheKey? KeyOf(ImageInput input, CallKey call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return input?.TryDigest() is { } digest ? call.Of(Modality, digest) : null;
    }

    /// <inheritdoc/>
    public bool MayChange(ImageInput input) => input?.IsOnDisk == true;
}

/// <summary>Texts and pictures, each as <see cref="TextKey"/> and <see cref="ImageKey"/> have it.</summary>
public sealed class ContentKey : IInputKey<Content>
{
    private readonly TextKey _texts = new();
    private readonly ImageKey _images = new();

    /// <inheritdoc/>
    public CacheKey? KeyOf(Content input, CallKey call) =>
        input?.Text is { } text ? _texts.KeyOf(text, call)
        : input?.Image is { } image ? _images.KeyOf(image, call)
        : null;

    /// <inheritdoc/>
    public bool MayChange(Content input) => input?.Image is { } image && _images.MayChange(image);
}

/// <summary>Texts with pictures: the text as <see cref="TextKey"/> has it, the picture as <see cref="ImageKey"/> has it, and which of them
/// is there.</summary>
public sealed class MultimodalKey : IInputKey<MultimodalInput>
{
    private const byte Modality = (byte)'M';

    /// <inheritdoc/>
    public CacheKey? KeyOf(MultimodalInput input, CallKey call)
    {
        ArgumentNullException.ThrowIfNull(call);
        var picture = input?.Image?.TryDigest();
        if (input is null || (picture is null && (input.Image is not null || input.Text is null)))
        {
            return null;
        }

        // A digest has a fixed length, so the text that follows it cannot run together with it.
        var parts = (byte)((picture is null ? 0 : 1) + (input.Text is null ? 0 : 2));
        return call.Of(Modality, [parts, .. picture ?? [], .. MemoryMarshal.AsBytes(input.Text.AsSpan())]);
    }

    /// <inheritdoc/>
    public bool MayChange(MultimodalInput input) => input?.Image?.IsOnDisk == true;
}

/// <summary>Says what tells one input from another.</summary>
/// <typeparam name="TInput">What is embedded.</typeparam>
public interface IInputKey<in TInput>
{
    /// <summary>The key of an input, or null when it has none (it is null, or its file cannot be read): it is embedded and never
    /// cached.</summary>
    CacheKey? KeyOf(TInput input, CallKey call);

    /// <summary>Whether the input may change between two readings, as a file can. Then its key is taken again after embedding, and an input
    /// that changed is not cached.</summary>
    bool MayChange(TInput input);
}
