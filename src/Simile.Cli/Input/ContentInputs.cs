using Simile.Engine.Files;
using Simile.Images;
using Simile.Imaging;
using Simile.Ingestion;
using Simile.Models;
using Simile.Multimodal;

namespace Simile.Cli.Input;

/// <summary>Turns arguments into texts and pictures: <c>@picture.jpg</c> is a picture, <c>@folder</c> every picture in it, anything else a text as <see cref="TextInputs"/> reads it.</summary>
internal static class ContentInputs
{
    private const int HeadBytes = 32;
    private static readonly ImageReader Reader = new();

    /// <summary>The contents of all arguments, as they are read.</summary>
    public static IEnumerable<Content> Read(IEnumerable<string> arguments, bool lines) => arguments.SelectMany(argument => Read(argument, lines));

    /// <summary>The one content of an argument.</summary>
    public static Content ReadOne(string argument) =>
        PicturePaths(argument) is { } paths
            ? paths.Count == 1 ? Content.Of(ImageInput.FromFile(paths[0])) : throw new SimileException(ErrorCode.InvalidOption, $"{argument} holds {paths.Count} pictures; one is wanted here.")
            : Content.Of(TextInputs.ReadOne(argument));

    /// <summary>Which kinds of content the arguments are.</summary>
    public static Modality KindsOf(params IEnumerable<string> arguments) =>
        arguments.Aggregate(Modality.None, (kinds, argument) => kinds | (PicturePaths(argument) is null ? Modality.Text : Modality.Image));

    private static IEnumerable<Content> Read(string argument, bool lines) =>
        PicturePaths(argument) is { } paths
            ? paths.Select(path => Content.Of(ImageInput.FromFile(path)))
            : TextInputs.Read([argument], lines).Select(Content.Of);

    private static IReadOnlyList<string>? PicturePaths(string argument)
    {
        if (!argument.StartsWith('@'))
        {
            return null;
        }

        var path = argument[1..];
        if (Directory.Exists(path))
        {
            return DocumentFinder.Find([path], PictureFiles.IsPicture) is { Count: > 0 } found ? found : throw new SimileException(ErrorCode.PathNotFound, $"There is no picture in the folder {path}.");
        }

        return File.Exists(path) && (PictureFiles.IsPicture(path) || RegularFile.IsRegular(path) && Reader.Recognizes(HeadOf(path))) ? [path] : null;
    }

    private static byte[] HeadOf(string path)
    {
        using var stream = File.OpenRead(path);
        var head = new byte[HeadBytes];
        return head[..stream.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false)];
    }
}
