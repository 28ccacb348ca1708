using System.Runtime.CompilerServices;
using Simile.Cli.Output;
using Simile.Engine.Files;
using Simile.Ingestion;
using Simile.Multimodal;
using Simile.Pipelines.Bulk;

namespace Simile.Cli.Input;

/// <summary>Turns arguments into texts: <c>@path</c> is the contents of a file, <c>-</c> is standard input, anything else is
/// itself.</summary>
internal static class TextInputs
{
    private const int BufferBytes = 1 << 16;

    /// <summary>The one text of an argument.</summary>
    public static string ReadOne(string argument) =>
        argument switch
        {
            "-" => ReadStandardInput(),
            ['@', .. var path] => ReadFile(RequireFile(path)),
            _ => argument,
        };

    /// <summary>The text of a file.</summary>
    public static string ReadFile(string path) => DocumentText.Decode(DocumentText.ReadBytes(path), path);

    /// <summary>The file that is the only argument, or null when it is not one file.</summary>
    public static string? FileOf(string[] arguments) => arguments is [['@', .. var path]] && File.Exists(path) ? path : null;

    /// <summary>Refuses a path where no file is.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.PathNotFound"/>.</exception>
    public static string RequireFile(string path)
    {
        if (path.Length == 0)
        {
            throw new SimileException(
                ErrorCode.PathNotFound,
                "There is no file name behind '@'. (A text that begins with it can come from standard input, '-'.)"
            );
        }

        if (File.Exists(path))
        {
            return path;
        }

        var what = Directory.Exists(path)
            ? $"{path} is a folder, but a file is wanted here."
            : $"There is no file {path}{Suggestions.DidYouMean(NearestFile(path))}";
        throw new SimileException(
            ErrorCode.PathNotFound,
            $"{what} ('@' stands before a file's name; a text that begins with it can come from standard input, '-'.)"
        );
    }

    /// <summary>The lines of a file, or of standard input: one input a line, whatever is in it.</summary>
    public static async IAsyncEnumerable<NamedInput> ReadLinesAsync(
        string? path,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var text = new LineText(
            path is not null && Path.GetExtension(path).Equals(".jsonl", StringComparison.OrdinalIgnoreCase) ? "text" : null
        );
        await using var stream = path is null ? Console.OpenStandardInput() : RegularFile.Open(path);
        var lines = new LineCutter(stream, BufferBytes);
        for (var number = 1L; await lines.NextAsync(cancellationToken); number++)
        {
            var line = text.Read(number == 1 ? LineReader.WithoutByteOrderMark(lines.Line) : lines.Line, number);
            var name = $"{path ?? "Standard input"} line {number}";
            yield return new NamedInput(name, line.Error is null ? Content.Of(line.Text) : null, line.Error)
            {
                Id = line.Id,
                Line = number,
            };
        }
    }

    private static string ReadStandardInput()
    {
        using var stream = Console.OpenStandardInput();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return DocumentText.Decode(memory.ToArray(), "Standard input");
    }

    private static string? NearestFile(string path)
    {
        try
        {
            var folder = Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".";
            var near = Suggestions.Nearest(
                Path.GetFileName(path),
                Directory.EnumerateFileSystemEntries(folder).Take(10_000).Select(entry => Path.GetFileName(entry))
            );
            return near is null ? null : Path.Join(Path.GetDirectoryName(path), near);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
