using System.Runtime.CompilerServices;
using Simile.Engine.Files;
using Simile.Images;
using Simile.Imaging;
using Simile.Ingestion;
using Simile.Models;
using Simile.Multimodal;

namespace Simile.Cli.Input;

/// <summary>Turns arguments into texts and pictures: <c>@picture.jpg</c> is a picture, <c>@folder</c> every text and picture file in it,
/// anything else a text as <see cref="TextInputs"/> reads it.</summary>
internal static class ContentInputs
{
    private const int HeadBytes = 32;
    private static readonly ImageReader Reader = new();

    /// <summary>The contents of all arguments, as they are read. A file that cannot be read, or a line that is no text, is an input with an
    /// error.</summary>
    public static async IAsyncEnumerable<NamedInput> ReadAsync(
        IEnumerable<string> arguments,
        bool lines,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var number = 0L;
        foreach (var argument in arguments)
        {
            foreach (var path in FilesOf(argument))
            {
                if (IsPicture(path))
                {
                    number++;
                    yield return new NamedInput(path!, Content.Of(ImageInput.FromFile(path!))) { Id = path };
                }
                else if (lines && (path is not null || argument == "-"))
                {
                    await foreach (var line in TextInputs.ReadLinesAsync(path, cancellationToken))
                    {
                        number++;
                        yield return line;
                    }
                }
                else
                {
                    yield return Whole(argument, path, number++);
                }
            }
        }
    }

    /// <summary>The one content of an argument.</summary>
    public static Content ReadOne(string argument)
    {
        var paths = FilesOf(argument);
        return paths switch
        {
            [{ } path] when IsPicture(path) => Content.Of(ImageInput.FromFile(path)),
            [{ } path] => Content.Of(TextInputs.ReadFile(path)),
            [null] => Content.Of(TextInputs.ReadOne(argument)),
            _ => throw new SimileException(ErrorCode.InvalidOption, $"{argument} holds {paths.Count} files; one is wanted here."),
        };
    }

    /// <summary>The files that the arguments name.</summary>
    public static IEnumerable<string> FilesOf(IEnumerable<string> arguments) => arguments.SelectMany(FilesOf).OfType<string>();

    /// <summary>Which kinds of content the arguments are.</summary>
    public static Modality KindsOf(params IEnumerable<string> arguments) =>
        arguments.SelectMany(FilesOf).Aggregate(Modality.None, (kinds, path) => kinds | (IsPicture(path) ? Modality.Image : Modality.Text));

    // The files of an argument; null stands for a text that is no file.
    private static IReadOnlyList<string?> FilesOf(string argument)
    {
        if (!argument.StartsWith('@'))
        {
            return [null];
        }

        var path = argument[1..];
        if (!Directory.Exists(path))
        {
            return [TextInputs.RequireFile(path)];
        }

        var found = DocumentFinder.Find([path], file => PictureFiles.IsPicture(file) || DocumentReaders.For(file) is not null);
        return found.Count > 0
            ? found
            : throw new SimileException(ErrorCode.PathNotFound, $"There is no text and no picture in the folder {path}.");
    }

    private static NamedInput Whole(string argument, string? path, long number)
    {
        try
        {
            return new NamedInput(
                path ?? $"Input {number}",
                Content.Of(path is null ? TextInputs.ReadOne(argument) : TextInputs.ReadFile(path))
            )
            {
                Id = path,
            };
        }
        catch (SimileException error)
        {
            return new NamedInput(path ?? $"Input {number}", null, error) { Id = path };
        }
    }

    private static bool IsPicture(string? path) =>
        path is not null && (PictureFiles.IsPicture(path) || (RegularFile.IsRegular(path) && Reader.Recognizes(HeadOf(path))));

    private static byte[] HeadOf(string path)
    {
        try
        {
            using var stream = RegularFile.Open(path);
            var head = new byte[HeadBytes];
            return head[..stream.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or SimileException)
        {
            // What cannot be read is no picture yet; reading it as a text says why.
            return [];
        }
    }
}

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
