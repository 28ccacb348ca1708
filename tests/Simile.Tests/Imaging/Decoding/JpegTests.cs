using System.Security.Cryptography;
using System.Text.Json;
using Simile.Imaging;

namespace Simile.Tests.Imaging.Decoding;

/// <summary>JPEG files of tests/reference/pictures_jpeg.py against Pillow.</summary>
public class JpegTests
{
    private static readonly ImageReader Reader = new();

    // Pillow reads arithmetic coding and smooths what an incomplete progressive file leaves open; this decoder does neither.
    private static bool Differs(string name) => name == "arithmetic.jpg" || name.StartsWith("incomplete-", StringComparison.Ordinal);

    [Fact]
    public void PixelsAreThoseOfPillow()
    {
        var cases = Expected("jpeg/expected.json").Where(pair => pair.Value.Error is null && !Differs(pair.Key)).ToList();
        Assert.True(cases.Count > 160);
        Assert.Empty(cases.Select(pair => Difference(pair.Key, pair.Value, File.ReadAllBytes(Reference("jpeg", pair.Key)))).OfType<string>());
    }

    [Fact]
    public void WhatPillowRefusesIsRefused()
    {
        var cases = Expected("jpeg/expected.json").Where(pair => pair.Value.Error is not null).ToList();
        Assert.True(cases.Count > 15);
        Assert.Empty(cases.Where(pair => Code(pair.Key) is not (ErrorCode.DamagedImage or ErrorCode.UnsupportedImage)).Select(pair => $"{pair.Key}: {Code(pair.Key)}"));
    }

    [Theory]
    [InlineData("arithmetic.jpg")]
    [InlineData("lossless.jpg")]
    [InlineData("twelve-bits.jpg")]
    [InlineData("no-height.jpg")]
    [InlineData("two-thirds-sampling.jpg")]
    public void RareVariantsAreNamedUnsupported(string name) => Assert.Equal(ErrorCode.UnsupportedImage, Code(name));

    [Fact]
    public void IncompleteProgressiveFilesAreReadAsFarAsTheyGo()
    {
        var cases = Expected("jpeg/expected.json").Where(pair => pair.Key.StartsWith("incomplete-", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, cases.Count);
        Assert.All(cases, pair =>
        {
            var image = Reader.Read(File.ReadAllBytes(Reference("jpeg", pair.Key))).Image;
            Assert.Equal((pair.Value.Width, pair.Value.Height), (image.Width, image.Height));
        });
    }

    [Fact]
    public void PicturesOfTheWorldAreThoseOfPillow()
    {
        var folder = RepositoryRoot.Shared("golden", "images");
        var cases = Expected("jpeg-golden.json");
        Assert.True(cases.Count > 30);
        Assert.Empty(cases.Select(pair => Difference(pair.Key, pair.Value, File.ReadAllBytes(Path.Combine(folder, pair.Key)))).OfType<string>());
    }

    private static string? Difference(string name, ExpectedPicture expected, byte[] file)
    {
        try
        {
            var decoded = Reader.Read(file);
            var orientation = expected.Orientation is >= 1 and <= 8 ? expected.Orientation : 1;
            var pixels = Convert.ToHexStringLower(SHA256.HashData(decoded.Image.Pixels));
            var got = (decoded.Image.Width, decoded.Image.Height, decoded.Orientation, pixels);
            return got == (expected.Width, expected.Height, orientation, expected.Pixels) ? null : $"{name}: {got}";
        }
        catch (SimileException error)
        {
            return $"{name}: {error.Message}";
        }
    }

    private static string? Code(string name)
    {
        try
        {
            Reader.Read(File.ReadAllBytes(Reference("jpeg", name)));
            return null;
        }
        catch (SimileException error)
        {
            return error.Code;
        }
    }

    private static Dictionary<string, ExpectedPicture> Expected(string name) =>
        JsonSerializer.Deserialize<ExpectedFile>(File.ReadAllBytes(Reference(name)), JsonSerializerOptions.Web)!.Cases;

    private static string Reference(params string[] parts) => RepositoryRoot.Find(["tests", "Simile.Tests", "Reference", "pictures", .. parts]);

    private sealed record ExpectedFile(Dictionary<string, ExpectedPicture> Cases);

    private sealed record ExpectedPicture(int Width, int Height, int Orientation, string? Pixels, string? Error);
}
