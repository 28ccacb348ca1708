namespace Simile.Hosting.Generators;

/// <summary>Options of <see cref="EmbedderGenerator"/>.</summary>
public sealed record EmbedderGeneratorOptions
{
    /// <summary>The model's name, as it appears in the metadata and in each embedding. Default: null, the id of the embedder's
    /// space.</summary>
    public string? ModelId { get; init; }

    /// <summary>Finds further objects that <c>GetService</c> hands out, beside the generator, its metadata and the embedder. Default:
    /// none.</summary>
    public Func<Type, object?> Find { get; init; } = _ => null;

    /// <summary>The clock that says when an embedding was made. Default: the machine's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal EmbedderGeneratorOptions Checked() =>
        ModelId is not { Length: 0 } && Find is not null && Time is not null
            ? this
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"ModelId is '{ModelId}'; expected is a name, or null for the id of the space, with Find and Time left as they are or set."
            );
}
