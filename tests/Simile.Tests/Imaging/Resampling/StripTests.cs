using System.Security.Cryptography;
using Simile.Imaging;
using Simile.Imaging.Preparation;
using Simile.Imaging.Resampling;

namespace Simile.Tests.Imaging.Resampling;

/// <summary>Long strips of pictures: Pillow's pixels, without a picture between the two passes, within limits.</summary>
public class StripTests
{
    public static TheoryData<int, int, int, int, string, string> Strips =>
        new()
        {
            { 3, 20000, 64, 48, nameof(ResampleFilter.Box), "77feb70720c113b2" },
            { 3, 20000, 64, 48, nameof(ResampleFilter.Bilinear), "7ee464f0d8a060cb" },
            { 3, 20000, 64, 48, nameof(ResampleFilter.Hamming), "e985dcc46920e2e2" },
            { 3, 20000, 64, 48, nameof(ResampleFilter.Bicubic), "be4804645ac31f89" },
            { 3, 20000, 64, 48, nameof(ResampleFilter.Lanczos), "6fda698f7e8d9f99" },
            { 3, 20000, 7, 500, nameof(ResampleFilter.Box), "6fb1e4e9d85e2425" },
            { 3, 20000, 7, 500, nameof(ResampleFilter.Bilinear), "58682cad2d69b4ee" },
            { 3, 20000, 7, 500, nameof(ResampleFilter.Hamming), "aacefcc211f4bb55" },
            { 3, 20000, 7, 500, nameof(ResampleFilter.Bicubic), "c4884424c2b9c360" },
            { 3, 20000, 7, 500, nameof(ResampleFilter.Lanczos), "7ac7d2fa6f11d45e" },
            { 20000, 3, 64, 48, nameof(ResampleFilter.Box), "76d6741838acde43" },
            { 20000, 3, 64, 48, nameof(ResampleFilter.Bilinear), "9e129235e3e65db9" },
            { 20000, 3, 64, 48, nameof(ResampleFilter.Hamming), "91f5af3c7e897d30" },
            { 20000, 3, 64, 48, nameof(ResampleFilter.Bicubic), "4fc7803ae7b22398" },
            { 20000, 3, 64, 48, nameof(ResampleFilter.Lanczos), "006c977d1d67303c" },
            { 20000, 3, 7, 500, nameof(ResampleFilter.Box), "3444c543b6f0d8c0" },
            { 20000, 3, 7, 500, nameof(ResampleFilter.Bilinear), "677d943a4817ff92" },
            { 20000, 3, 7, 500, nameof(ResampleFilter.Hamming), "2c01d5fb930f66ad" },
            { 20000, 3, 7, 500, nameof(ResampleFilter.Bicubic), "3121d46c51357bda" },
            { 20000, 3, 7, 500, nameof(ResampleFilter.Lanczos), "0a6bf72a387a5021" },
            { 1, 65535, 64, 48, nameof(ResampleFilter.Box), "b39cdf94a388bd66" },
            { 1, 65535, 64, 48, nameof(ResampleFilter.Bilinear), "117ccf5653e80abf" },
            { 1, 65535, 64, 48, nameof(ResampleFilter.Hamming), "bf6768197bc75f64" },
            { 1, 65535, 64, 48, nameof(ResampleFilter.Bicubic), "4a8593b146a200db" },
            { 1, 65535, 64, 48, nameof(ResampleFilter.Lanczos), "6f1b33e918fd8049" },
            { 1, 65535, 7, 500, nameof(ResampleFilter.Box), "fba171c6e0245cfd" },
            { 1, 65535, 7, 500, nameof(ResampleFilter.Bilinear), "dc4944d08a5e69d9" },
            { 1, 65535, 7, 500, nameof(ResampleFilter.Hamming), "062bad44836abd8d" },
            { 1, 65535, 7, 500, nameof(ResampleFilter.Bicubic), "003739cab0605324" },
            { 1, 65535, 7, 500, nameof(ResampleFilter.Lanczos), "1e10277ab692a996" },
            { 65535, 1, 64, 48, nameof(ResampleFilter.Box), "d74f91875de21795" },
            { 65535, 1, 64, 48, nameof(ResampleFilter.Bilinear), "37bebace53253904" },
            { 65535, 1, 64, 48, nameof(ResampleFilter.Hamming), "0193410a21c6aade" },
            { 65535, 1, 64, 48, nameof(ResampleFilter.Bicubic), "1010a2ed1bfb67c2" },
            { 65535, 1, 64, 48, nameof(ResampleFilter.Lanczos), "3f1456ea7e69f990" },
            { 65535, 1, 7, 500, nameof(ResampleFilter.Box), "b1587aba66e10d5c" },
            { 65535, 1, 7, 500, nameof(ResampleFilter.Bilinear), "c9baf665f9012711" },
            { 65535, 1, 7, 500, nameof(ResampleFilter.Hamming), "771543e4dc18d9a4" },
            { 65535, 1, 7, 500, nameof(ResampleFilter.Bicubic), "6ccc8350baae7e26" },
            { 65535, 1, 7, 500, nameof(ResampleFilter.Lanczos), "6ccc8350baae7e26" },
            { 5, 300, 64, 48, nameof(ResampleFilter.Box), "6446bfcee5ac0bd0" },
            { 5, 300, 64, 48, nameof(ResampleFilter.Bilinear), "1ece47131251451a" },
            { 5, 300, 64, 48, nameof(ResampleFilter.Hamming), "68ba4c0897570469" },
            { 5, 300, 64, 48, nameof(ResampleFilter.Bicubic), "33c4b4f623c7fe71" },
            { 5, 300, 64, 48, nameof(ResampleFilter.Lanczos), "3816c5e563e97489" },
            { 5, 300, 7, 500, nameof(ResampleFilter.Box), "52af19dbb002b3f7" },
            { 5, 300, 7, 500, nameof(ResampleFilter.Bilinear), "fb134f664b8cbd1b" },
            { 5, 300, 7, 500, nameof(ResampleFilter.Hamming), "b9f1c4d3dc0cb8e0" },
            { 5, 300, 7, 500, nameof(ResampleFilter.Bicubic), "332b4e0474447844" },
            { 5, 300, 7, 500, nameof(ResampleFilter.Lanczos), "7468d4110b062058" },
        };

    /// <summary>tests/reference/tall_pictures.py.</summary>
    [Theory]
    [MemberData(nameof(Strips))]
    public void PixelsAreThoseOfPillow(int width, int height, int columns, int rows, string filter, string sha256) =>
        Assert.Equal(
            sha256,
            Convert.ToHexStringLower(
                SHA256.HashData(Resampler.Resize(Strip(width, height), columns, rows, Enum.Parse<ResampleFilter>(filter)).Pixels)
            )[..16]
        );

    [Fact]
    public void NothingOfTheStripsLengthIsAllocated()
    {
        var strip = Strip(2, 200_000);
        Resampler.Resize(strip, 64, 64, ResampleFilter.Bilinear);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Resampler.Resize(strip, 64, 64, ResampleFilter.Bilinear);

        // The picture between the passes would take 64 · 200,000 · 3 bytes; the weights take 4 · (2 · 200,000 + 64).
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3_000_000);
    }

    public static TheoryData<int, int, object, string> TooMuch =>
        new()
        {
            {
                1,
                6_000_000,
                new ImagePreparation { ExactHeight = 224, ExactWidth = 224 },
                ErrorCode.ImageTooLarge
            },
            {
                20_000_000,
                1,
                new ImagePreparation
                {
                    ExactHeight = 1,
                    ExactWidth = 1,
                    Filter = ResampleFilter.Lanczos,
                },
                ErrorCode.ImageTooLarge
            },
            {
                1,
                65_535,
                new ImagePreparation { ShortestEdge = 224 },
                ErrorCode.ImageTooLarge
            },
            {
                2,
                2,
                new ImagePreparation { ShortestEdge = int.MaxValue },
                ErrorCode.InvalidOption
            },
            {
                2,
                2,
                new ImagePreparation { ExactHeight = 1_000_000_000, ExactWidth = 1_000_000_000 },
                ErrorCode.InvalidOption
            },
            {
                2,
                2,
                new ImagePreparation { ExactHeight = 60_000, ExactWidth = 60_000 },
                ErrorCode.ImageTooLarge
            },
            {
                2,
                2,
                new ImagePreparation { CropHeight = 60_000, CropWidth = 60_000 },
                ErrorCode.ImageTooLarge
            },
            {
                2,
                2,
                new ImagePreparation { CropHeight = 0, CropWidth = 2 },
                ErrorCode.InvalidOption
            },
            {
                2,
                2,
                new ImagePreparation { ShortestEdge = -1 },
                ErrorCode.InvalidOption
            },
        };

    [Theory]
    [MemberData(nameof(TooMuch))]
    public void WhatTakesTooMuchIsRefused(int width, int height, object preparation, string code)
    {
        var error = Assert.Throws<SimileException>(() =>
            ((ImagePreparation)preparation).Prepare(new RgbImage(width, height, new byte[3L * width * height]))
        );
        Assert.Equal(code, error.Code);
    }

    [Fact]
    public void ACropLargerThanThePictureHasBlackAroundIt()
    {
        var prepared = new ImagePreparation
        {
            CropHeight = 3,
            CropWidth = 3,
            Divisor = 1,
        }.Prepare(new RgbImage(1, 1, [5, 6, 7]));
        Assert.Equal([0, 0, 0, 0, 5, 0, 0, 0, 0], prepared.Values[..9].ToArray());
    }

    private static RgbImage Strip(int width, int height) =>
        new(width, height, [.. Enumerable.Range(0, width * height * 3).Select(i => (byte)((i * 7L) + (i / 251 * 31L)))]);
}
