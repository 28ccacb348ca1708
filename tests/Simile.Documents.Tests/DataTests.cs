using System.Text;

namespace Simile.Documents.Tests;

/// <summary>Values with their paths and lines, markup with its headings.</summary>
public sealed class DataTests
{
    private static readonly string[] Server =
    [
        "[1-1] : name: ostrich",
        "[2-2] : server.port: 8080",
        "[2-2] : server.hosts[0]: a/server.hosts[1]: b",
    ];

    [Theory]
    [InlineData(
        "a.json",
        "{ \"name\": \"ostrich\", // it runs\n\"server\": { \"port\": 8080, \"hosts\": [\"a\", \"b\"] }, \"none\": null, }"
    )]
    [InlineData("a.yaml", "name: ostrich\nserver: {port: 8080, hosts: [a, b]}\nnone: ~\n")]
    [InlineData("a.toml", "name = \"ostrich\"\nserver = {port = 8080, hosts = [\"a\", \"b\"]}\n")]
    public void ValuesHaveTheirPaths(string name, string text) =>
        Assert.Equal(Server, Reading.Of(name, Encoding.UTF8.GetBytes(text)).Lines());

    [Theory]
    [InlineData("a.json", "[{\"t\":\"A\"},{\"t\":\"B\"}]")]
    [InlineData("a.yaml", "- t: A\n- t: B\n")]
    public void TheItemsOfAListAreDocuments(string name, string text) =>
        Assert.Equal(
            [("Item 1", "t: A"), ("Item 2", "t: B")],
            Reading.Of(name, Encoding.UTF8.GetBytes(text)).Blocks.Select(block => (block.Heading, block.Text))
        );

    [Fact]
    public void TomlHasTablesOfAllKinds() =>
        Assert.Equal(
            ["[1-1] : when: 2024-05-17T10:00:00Z", "[3-3] : a.b.on: true", "[5-5] : item[0].id: 1.5", "[7-7] : item[1].id: 2"],
            Reading
                .Of("a.toml", "when = 2024-05-17T10:00:00Z\n[a.b]\non = true\n[[item]]\nid = 1.5\n[[item]]\nid = 2\n"u8.ToArray())
                .Lines()
        );

    [Fact]
    public void XmlHasAttributesAndMixedText() =>
        Assert.Equal(
            ["[1-2] : a@v: 1/title@lang: en/title: A title", "[3-3] : p: Some/p.b: mixed/p: text"],
            Reading.Of("a.xml", "<a v='1'>\n<title lang='en'>A title</title>\n<p>Some <b>mixed</b> text</p><e/></a>"u8.ToArray()).Lines()
        );

    [Theory]
    [InlineData("a.json", "{\"a\": 1,\n\"b\": }", "[1-1] : a: 1")]
    [InlineData("a.yaml", "a: 1\nb: [1, 2\nc: d", "[1-1] : a: 1")]
    [InlineData("a.toml", "a = 1\nb = [", "[1-1] : a: 1")]
    [InlineData("a.xml", "<r><a>1</a>\n<b>", "[1-1] : a: 1")]
    public void WhatStandsBeforeAFaultIsRead(string name, string text, string expected)
    {
        var read = Reading.Of(name, Encoding.UTF8.GetBytes(text));
        Assert.Equal(expected, read.Lines().First());
        Assert.Equal(ErrorCode.UnreadableDocument, Assert.Single(read.Problems).Code);
    }

    [Fact]
    public void DataInLettersIsLeftOutAndTold()
    {
        var read = Reading.Of("a.json", Encoding.UTF8.GetBytes($"{{\"a\":\"word\",\"picture\":\"{new string('Q', 2000)}\"}}"));
        Assert.Equal(["a: word"], read.Blocks.Select(block => block.Text));
        Assert.Contains("Base64", Assert.Single(read.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void OrgHasOutlinesCodeAndTables() =>
        Assert.Equal(
            [
                "[1-1] : My outline",
                "[6-6] First: Text with bold and a link.",
                "[7-7] First: - item one",
                "[10-10] First > Second: x = 1",
                "[12-12] First > Second: a | b",
            ],
            Reading
                .Of(
                    "a.org",
                    Encoding.UTF8.GetBytes(
                        "#+TITLE: My outline\n* NEXT [#A] First :tag:\n:PROPERTIES:\n:ID: 1\n:END:\nText with *bold* and [[http://x][a "
                            + "link]].\n- item one\n** Second\n#+begin_src py\nx = 1\n#+end_src\n| a | b |\n|---+---|\n"
                    )
                )
                .Lines()
        );

    [Fact]
    public void AsciiDocHasSectionsListingsAndTables() =>
        Assert.Equal(
            [
                "[3-3] Title: Intro with bold and a link.",
                "[6-6] Title > Part: class A {}",
                "[8-8] Title > Part: - one",
                "[10-10] Title > Part: a | b",
            ],
            Reading
                .Of(
                    "a.adoc",
                    Encoding.UTF8.GetBytes(
                        "= Title\n:toc:\nIntro with *bold* and https://x.org[a link].\n== Part\n----\nclass A {}\n----\n* one\n|===\n|a "
                            + "|b\n|===\n"
                    )
                )
                .Lines()
        );

    [Fact]
    public void RestructuredTextHasSectionsLiteralsAndDirectives() =>
        Assert.Equal(
            [
                "[4-4] Title: With em and code and a link.",
                "[8-8] Title > Part: Beware of geese.",
                "[11-11] Title > Part:     x = 1",
                "[13-13] Title > Part: - one",
            ],
            Reading
                .Of(
                    "a.rst",
                    Encoding.UTF8.GetBytes(
                        "=====\nTitle\n=====\nWith *em* and ``code`` and `a link <http://x>`_.\n\nPart\n----\n.. note:: Beware of "
                            + "geese.\n.. code-block:: python\n\n    x = 1\n\n- one\n\n.. a remark\n"
                    )
                )
                .Lines()
        );

    [Fact]
    public void NotebooksHaveCellsAndDrawingsHaveTexts()
    {
        Assert.Equal(
            ["[cell 1] Head: text", "[cell 2] Head: x = 1", "[cell 2] Head: printed"],
            Reading
                .Of(
                    "a.ipynb",
                    """{"cells":[{"cell_type":"markdown","source":["# Head\n","text"]},{"cell_type":"code","source":"x = 1","outputs":[{"text":["printed\n"]}]}]}"""u8.ToArray()
                )
                .Lines()
        );
        Assert.Equal(
            ["[1-1] : A red circle", "[1-1] : Some label"],
            Reading.Of("a.svg", "<svg><title>A red circle</title><text>Some <tspan>label</tspan></text></svg>"u8.ToArray()).Lines()
        );
    }
}
