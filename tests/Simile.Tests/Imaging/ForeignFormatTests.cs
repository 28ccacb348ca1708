using System.Text;
using Simile.Imaging;

namespace Simile.Tests.Imaging;

/// <summary>Files that are called .jpg and are none are told by what they are.</summary>
public sealed class ForeignFormatTests
{
    [Theory]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0mif1heic", "HEIC")]
    [InlineData("\0\0\0\u0018ftypmif1\0\0\0\0mif1heic", "HEIC")]
    [InlineData("\0\0\0\u001cftypavif\0\0\0\0avifmif1", "AVIF")]
    [InlineData("\0\0\0\u0020ftypisom\0\0\u0002\0isomiso2", "MP4")]
    [InlineData("II*\0\u0008\0\0\0", "TIFF")]
    [InlineData("MM\0*\0\0\0\u0008", "TIFF")]
    [InlineData("%PDF-1.7\n", "PDF")]
    [InlineData("<!DOCTYPE html>\n<html><head><title>404</title>", "HTML")]
    [InlineData("\r\n  <HTML lang=en>", "HTML")]
    [InlineData("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG")]
    [InlineData("<svg width=\"1\"/>", "SVG")]
    [InlineData("{\"error\":\"not found\"}", "JSON")]
    [InlineData("PK\u0003\u0004\u0014\0\0\0", "ZIP")]
    [InlineData("8BPS\0\u0001\0\0", "Photoshop")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "Git LFS")]
    [InlineData("", "empty")]
    [InlineData("qwertyuiop", "7177657274797569")]
    public void WhatItIsIsSaid(string file, string said)
    {
        var error = Assert.Throws<SimileException>(() =>
            new ImageReader().Read(Encoding.Latin1.GetBytes(file), TestContext.Current.CancellationToken)
        );
        Assert.Equal(ErrorCode.UnknownImageFormat, error.Code);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }
}
