using Simile.Multimodal;

namespace Simile.Cli.Input;

/// <summary>An input, or why there is none.</summary>
/// <param name="Name">What it is called in errors: a file, a line of a file, or its number among the arguments.</param>
/// <param name="Content">The input; null when there is an error.</param>
/// <param name="Error">Why it cannot be read.</param>
internal sealed record NamedInput(string Name, Content? Content, SimileException? Error = null)
{
    /// <summary>What its row is called in the output: a file's path, or the id of a line; null for what has no name.</summary>
    public string? Id { get; init; }

    /// <summary>The line of the file, from 1; 0 when the input is no line.</summary>
    public long Line { get; init; }
}
