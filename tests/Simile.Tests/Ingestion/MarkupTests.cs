using System.Text;
using Simile.Ingestion;

namespace Simile.Tests.Ingestion;

/// <summary>Markdown by CommonMark, HTML by what a reader sees. Expected values are evident from the specifications.</summary>
public class MarkupTests
{
    [Theory]
    [InlineData(
        "# Learning C#\n\nLoops.\n\n# F#\n\nMatching.\n\n## Closed ##\n\nBody.",
        "Learning C#|3|Loops.;F#|7|Matching.;F# > Closed|11|Body."
    )]
    [InlineData("   # Three\n\nx\n\n    # four\n\n#none", "Three|3|x;Three|5|# four;Three|7|#none")]
    [InlineData("# Guide\n\n````markdown\n```sh\n# install\n```\n````\n\nAfter.", "Guide|4|```sh\n# install\n```;Guide|9|After.")]
    [InlineData("~~~\n# a\n```\n~~~~\nb", "|2|# a\n```;|5|b")]
    [InlineData("Two\nlines\n=\nx\n\nSub\n-\ny", "Two lines|4|x;Two lines > Sub|8|y")]
    [InlineData("# Q\n\n## How?\n\n## Where?\n\n## Contact\n\nWrite.", "Q|3|How?;Q|5|Where?;Q > Contact|9|Write.")]
    [InlineData("# Agenda\n\n## Budget\n\n## Election\n", "Agenda|3|Budget;Agenda|5|Election")]
    [InlineData("# Alone", "|1|Alone")]
    [InlineData(
        "A [link](http://x \"t\") and ![a picture](y.png),\n*emphasis*, `code`, &amp; \\*.",
        "|1|A link and a picture,\nemphasis, code, & *."
    )]
    [InlineData("- one\n  - two\n\n1. three\n\n   more", "|1|- one;|2|- two;|4|1. three;|6|more")]
    [InlineData("| a | b |\n|---|---|\n| 1 | 2 |", "|1|a | b;|3|1 | 2")]
    [InlineData("x\n\n<div>\n<p>in <b>HTML</b></p>\n</div>\n\n<!-- gone -->\n\ny<br>z", "|1|x;|4|in HTML;|9|y z")]
    [InlineData("Text[^1] more.\n\n[^1]: Note\n", "|1|Text^1 more.;|3|[^1]: Note")]
    [InlineData("+++\ntitle = \"x\"\n+++\n# H\n\nb", "|2|title = \"x\";H|6|b")]
    [InlineData("---\n\n# H\n\nb\n\n---\n", "H|5|b")]
    [InlineData("> quoted\n> # H\n> b", "|1|quoted;H|3|b")]
    public void MarkdownIsReadAsCommonMark(string text, string expected) => Assert.Equal(expected, Blocks("a.md", text));

    [Theory]
    [InlineData("<h1>Yearly<br>Report</h1><p>a</p>", "Yearly Report|1|a")]
    [InlineData(
        "<table><tr><td><p>Copper pipe</p><p>Twelve</p></td><td colspan=2>In stock<br>Ships</td></tr></table>",
        "|1|Copper pipe Twelve | In stock Ships"
    )]
    [InlineData("<a href=x><div>Blue kettle</div><div>Forty</div></a>", "|1|Blue kettle;|1|Forty")]
    [InlineData("<ul><li>one<li>two</ul><p>a<p>b", "|1|one;|1|two;|1|a;|1|b")]
    [InlineData("<dl><dt>Term<dd>Meaning</dl>", "|1|Term;|1|Meaning")]
    [InlineData("<title>Only &eacute;</title><body></body>", "|1|Only é")]
    [InlineData("<h2>Heading only</h2>", "|1|Heading only")]
    [InlineData(
        "<p>a</p><script>if (a<b) c('</p>')</script><style>p{}</style><template><p>no</p></template><noscript>no</noscript><p>b</p>",
        "|1|a;|1|b"
    )]
    [InlineData(
        "<p hidden>no<p>yes<div style='display: none'><p>no</p></div><img src=x alt='A red kite'> flies",
        "|1|yes;|1|A red kite flies"
    )]
    [InlineData("<div><p hidden>no</div><p>yes", "|1|yes")]
    [InlineData("<pre>\nint a;\n  b;\n</pre>", "|2|int a;\n  b;")]
    [InlineData("<p>Don<b>au</b>dampf&shy;schiff&nbsp;fährt &#x1F600;</p>", "|1|Donaudampfschiff fährt 😀")]
    [InlineData("<table><tr><td>a<table><tr><td>in</td></tr></table></td><td>b</td></tr></table>", "|1|a;|1|in;|1|b")]
    [InlineData("<h1>Never ended<p>text\n<p>more", "Never ended|1|text;Never ended|2|more")]
    [InlineData("<p>a\n\n\nb</p>\n<!-- x\ny -->\n<p>c</p>", "|1|a b;|7|c")]
    [InlineData("<button>One</button><button>Two</button><span>x</span><span>y</span>", "|1|One Two xy")]
    public void HtmlIsReadAsItIsSeen(string text, string expected) => Assert.Equal(expected, Blocks("a.html", text));

    [Theory]
    [InlineData("<div>", "</div>")]
    [InlineData("<b>", "")]
    [InlineData("<ul><li>", "")]
    [InlineData("<table><tr><td>", "</td></tr></table>")]
    public void DepthCostsNothing(string open, string close)
    {
        var text = string.Concat(Enumerable.Repeat(open, 100_000)) + "deep" + string.Concat(Enumerable.Repeat(close, 100_000)) + "<p>after";
        Assert.Equal(["deep", "after"], DocumentReaders.Read("a.html", Encoding.UTF8.GetBytes(text)).Blocks.Select(block => block.Text));
    }

    [Fact]
    public void MarkdownThatIsTooDeepIsPlainTextAndTold()
    {
        var contents = DocumentReaders.Read("a.md", Encoding.UTF8.GetBytes(new string('>', 20_000) + " deep"));
        Assert.EndsWith(" deep", Assert.Single(contents.Blocks).Text, StringComparison.Ordinal);
        Assert.Single(contents.Problems);
    }

    private static string Blocks(string name, string text) =>
        string.Join(
            ';',
            DocumentReaders
                .Read(name, Encoding.UTF8.GetBytes(text))
                .Blocks.Select(block => $"{block.Heading}|{block.StartLine}|{block.Text}")
        );
}
