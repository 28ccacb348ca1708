using System.Text;

namespace Simile.Cli.Output;

/// <summary>The names of the rows of a file of vectors, one a line in FILE.names, where the format has no place for them (.npy, .csv,
/// .safetensors) and any row has one.</summary>
internal sealed class RowNames
{
    private readonly List<string> _names = [];
    private bool _hasAny;

    /// <summary>Takes the name of the next row; a row without one is an empty line.</summary>
    public void Add(string? name)
    {
        _hasAny |= name is not null;
        _names.Add(
            name is null
                ? string.Empty
                : name.Replace("\\", "\\\\", StringComparison.Ordinal)
                    .Replace("\n", "\\n", StringComparison.Ordinal)
                    .Replace("\r", "\\r", StringComparison.Ordinal)
        );
    }

    /// <summary>Writes the file beside the vectors, whole or not at all.</summary>
    public void Write(string path)
    {
        if (!_hasAny || Path.GetExtension(path).Equals(".jsonl", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        var unfinished = $"{path}.names.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllText(
                unfinished,
                string.Concat(_names.Select(name => name + "\n")),
                new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)
            );
            File.Move(unfinished, path + ".names", overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
