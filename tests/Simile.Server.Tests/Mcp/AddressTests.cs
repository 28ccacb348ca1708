using Simile.Server.Collections;

namespace Simile.Server.Tests.Mcp;

public class AddressTests
{
    [Theory]
    [InlineData("simile://docs/guide.md", "docs", "guide.md", 0, 0)]
    [InlineData("simile://docs/a/b.md#L7", "docs", "a/b.md", 7, 7)]
    [InlineData("simile://docs/a/b.md#L10-L30", "docs", "a/b.md", 10, 30)]
    [InlineData("simile://my%20notes/caf%C3%A9%20%231.md#L1", "my notes", "café #1.md", 1, 1)]
    [InlineData("simile://docs//etc/hosts#L1", "docs", "/etc/hosts", 1, 1)]
    public void AnAddressIsReadAndWritten(string text, string collection, string path, int start, int end)
    {
        var address = new PassageAddress(collection, path, start, end);
        Assert.Equal(address, PassageAddress.Parse(text));
        Assert.Equal(text, address.ToString());
    }

    [Fact]
    public void NumbersTellPassagesOfOneLineApart()
    {
        Assert.Equal(77, PassageAddress.Parse("simile://docs/a.md#L7~77").ChunkId);
        Assert.Equal(3, PassageAddress.Parse("simile://docs/a.md#L7~p3").Ordinal);
        Assert.Equal("simile://docs/a.md#L7~77", new PassageAddress("docs", "a.md", 7, 7) { ChunkId = 77 }.ToString());
        Assert.Equal("simile://docs/a.md#L7~p3", new PassageAddress("docs", "a.md", 7, 7) { Ordinal = 3 }.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("guide.md")]
    [InlineData("simile://docs")]
    [InlineData("simile:///guide.md")]
    [InlineData("simile://docs/guide.md#5")]
    [InlineData("simile://docs/guide.md#L99999999999")]
    [InlineData("http://docs/guide.md#L5")]
    [InlineData("simile://docs/guide.md#L5\n")]
    public void WhatIsNoAddressIsRefused(string text) =>
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => PassageAddress.Parse(text)).Code);

    [Theory]
    [InlineData("10-30", 10, 30)]
    [InlineData("7", 7, 7)]
    [InlineData("L7-L9", 7, 9)]
    [InlineData("9-7", 9, 9)]
    public void LinesAreRead(string text, int start, int end) => Assert.Equal((start, end), PassageAddress.LinesOf(text));

    [Theory]
    [InlineData("0")]
    [InlineData("-3")]
    [InlineData("ten")]
    [InlineData("1-2-3")]
    public void OtherLinesAreRefused(string text) =>
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => PassageAddress.LinesOf(text)).Code);
}
