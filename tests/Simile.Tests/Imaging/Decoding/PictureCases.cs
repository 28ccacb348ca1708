using System.Security.Cryptography;
using System.Text.Json;
using Simile.Imaging;

namespace Simile.Tests.Imaging.Decoding;

/// <summary>What Pillow makes of files, as the scripts pictures_*.py wrote it, and whether Simile makes the same.</summary>
internal sealed class PictureCases
{
    /// <summary>The usual limits, but that of time: what a test expects does not depend on how fast the machine is.</summary>
    public static readonly ImageLimits Patient = ImageLimits.Default with { MaxTime = TimeSpan.FromHours(1) };

    private static readonly ImageReader Reader = new(Patient);
    private static readonly string Folder = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "pictures");

    /// <summary>The names of an album's files.</summary>
    public static TheoryData<string> Names(string album) => [.. Load(Path.Combine(Folder, album, "expected.json")).Keys];

    /// <summary>A file of an album.</summary>
    public static byte[] File(string album, string name) => System.IO.File.ReadAllBytes(Path.Combine(Folder, album, name));

    /// <summary>All files of an album, by name.</summary>
    public static byte[][] Files(string album) =>
        [.. Load(Path.Combine(Folder, album, "expected.json")).Keys.Order().Select(name => File(album, name))];

    /// <summary>Compares one file of an album.</summary>
    public static void Check(string album, string name) =>
        Assert.Null(Difference(name, File(album, name), Load(Path.Combine(Folder, album, "expected.json"))[name]));

    /// <summary>Compares files that lie outside the repository, and says which differ.</summary>
    public static string[] Differences(string list, string folder, string ending) =>
        [
            .. Load(Path.Combine(Folder, list))
                .Where(pair => pair.Key.EndsWith(ending, StringComparison.Ordinal))
                .Select(pair => Difference(pair.Key, System.IO.File.ReadAllBytes(Path.Combine(folder, pair.Key)), pair.Value))
                .OfType<string>(),
        ];

    /// <summary>The code of the error that a file ends in; null if it is read.</summary>
    public static string? ErrorOf(ReadOnlySpan<byte> file)
    {
        try
        {
            Reader.Read(file);
            return null;
        }
        catch (SimileException error)
        {
            return error.Code;
        }
    }

    private static string? Difference(string name, byte[] file, PictureCase expected)
    {
        try
        {
            var read = Reader.Read(file);
            var found = new PictureCase(
                read.Image.Width,
                read.Image.Height,
                read.Orientation,
                Convert.ToHexStringLower(SHA256.HashData(read.Image.Pixels)),
                null
            );
            return found == expected with { Orientation = expected.Orientation is >= 1 and <= 8 ? expected.Orientation : 1 }
                ? null
                : $"{name}: Simile gives {found}, Pillow {expected}";
        }
        catch (SimileException error)
        {
            return expected.Error is not null && IsRefusal(error.Code) ? null : $"{name}: {error.Message} Pillow gives {expected}";
        }
    }

    private static bool IsRefusal(string code) =>
        code is ErrorCode.DamagedImage or ErrorCode.UnsupportedImage or ErrorCode.UnknownImageFormat or ErrorCode.ImageTooLarge;

    private static Dictionary<string, PictureCase> Load(string path) =>
        JsonSerializer.Deserialize<CaseFile>(System.IO.File.ReadAllBytes(path), JsonSerializerOptions.Web)!.Cases;

    private sealed record CaseFile(Dictionary<string, PictureCase> Cases);

    private sealed record PictureCase(int Width, int Height, int Orientation, string? Pixels, string? Error);
}
