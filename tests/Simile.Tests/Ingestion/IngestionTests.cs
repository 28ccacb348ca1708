using System.Text;
using Simile.Ingestion;
using Simile.Tokenization;

namespace Simile.Tests.Ingestion;

public sealed class DocumentReadersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("a.md", "---\ntitle: x\n---\n# One\n\nFirst\nline.\n\n## Two\nSecond.\n```\ncode\n\nmore\n```\nOther\n=====\nLast.", "One|6|First\nline.;One > Two|10|Second.;One > Two|12|code\n\nmore;Other|18|Last.")]
    [InlineData("a.txt", "One\nparagraph.\n\n\nAnother.\n", "|1|One\nparagraph.;|5|Another.")]
    [InlineData("a.html", "<html><head><title>T</title><style>no</style></head><body><h1>H</h1><p>A <b>bold</b> &amp; plain\ntext</p>\n<script>no</script><table><tr><td>1</td><td>2</td></tr></table></body></html>", "T > H|1|A bold & plain text;T > H|3|1 | 2")]
    [InlineData("a.csv", "name,note\nAda,\"first, of course\"\n,\nBob,\n", "Row 1|2|name: Ada\nnote: first, of course;Row 3|4|name: Bob")]
    [InlineData("a.jsonl", "{\"title\":\"T\",\"text\":\"body\"}\n\n{\"a\":\"x\",\"b\":\"y\"}\n", "T|1|body;Line 3|3|x\ny")]
    [InlineData("a.cs", "int a;\n\nint b;\nint c;\n", "|1|int a;;|3|int b;\nint c;")]
    public void EachKindIsReadInBlocks(string name, string content, string expected)
    {
        var blocks = DocumentReaders.Read(name, Encoding.UTF8.GetBytes(content));
        Assert.Equal(expected, string.Join(';', blocks.Select(block => $"{block.Heading}|{block.StartLine}|{block.Text}")));
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x68, 0, 0x69, 0 }, "hi")]
    [InlineData(new byte[] { 0xFE, 0xFF, 0, 0x68, 0, 0x69 }, "hi")]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0x68, 0x69 }, "hi")]
    public void ByteOrderMarksAreUnderstood(byte[] bytes, string expected) => Assert.Equal(expected, DocumentText.Decode(bytes, "a.txt"));

    [Theory]
    [InlineData("a.txt", new byte[] { 0x68, 0xFF, 0x69 })]
    [InlineData("a.txt", new byte[] { 0x68, 0, 0x69 })]
    [InlineData("a.jsonl", new byte[] { 0x7B })]
    public void WhatIsNoTextIsAnError(string name, byte[] bytes) =>
        Assert.Equal(ErrorCode.UnreadableDocument, Assert.Throws<SimileException>(() => DocumentReaders.Read(name, bytes)).Code);

    [Fact]
    public void HiddenAndForeignFilesArePassedOver()
    {
        foreach (var name in (string[])["b.md", "a.txt", ".hidden.md", "picture.jpg", "node_modules/x.md", "sub/c.cs"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
            File.WriteAllText(_folder.File(name), "text");
        }

        Directory.CreateSymbolicLink(_folder.File("sub", "loop"), _folder.Path);
        Assert.Equal(["a.txt", "b.md", "sub/c.cs"], DocumentFinder.Find([_folder.Path]).Select(path => Path.GetRelativePath(_folder.Path, path).Replace('\\', '/')));
        Assert.Equal(ErrorCode.PathNotFound, Assert.Throws<SimileException>(() => DocumentFinder.Find([_folder.File("none")])).Code);
    }

    public void Dispose() => _folder.Dispose();
}

public class SentenceSplitterTests
{
    [Theory]
    [InlineData("One. Two! Three?", "One.|Two!|Three?")]
    [InlineData("Dr. No met Mr. Bond at 3.14 p.m. today. He left.", "Dr. No met Mr. Bond at 3.14 p.m. today.|He left.")]
    [InlineData("He said \"Go.\" She went.", "He said \"Go.\"|She went.")]
    [InlineData("J. R. R. Tolkien wrote. It sold.", "J. R. R. Tolkien wrote.|It sold.")]
    [InlineData("  \n ", "")]
    [InlineData("no end", "no end")]
    [InlineData("これは文です。次の文です。", "これは文です。|次の文です。")]
    public void SentencesEndWhereAReaderWouldEndThem(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', SentenceSplitter.Split(text).Select(range => text[range])));
}

public class ChunkerTests
{
    private static readonly ITokenizer Tokenizer = TokenizerFile.Load(RepositoryRoot.Find("models", "simile-text-mini", "tokenizer.json"));

    [Fact]
    public void ChunksKeepWithinTheBudgetAndCoverEverything()
    {
        var sentences = Enumerable.Range(0, 60).Select(i => $"Sentence number {i} speaks of things.").ToArray();
        var blocks = new[] { new TextBlock(string.Join('\n', sentences), 10, "Title") };
        var chunks = new Chunker(Tokenizer, new ChunkerOptions { MaxTokens = 40, OverlapTokens = 10 }).Split(blocks).ToList();
        var tokens = new TokenBuffer();
        Assert.All(chunks, chunk =>
        {
            tokens.Clear();
            Tokenizer.Tokenize(chunk.Text, tokens);
            Assert.InRange(tokens.Count, 1, 40);
            Assert.Contains(sentences[chunk.StartLine - 10], chunk.Text, StringComparison.Ordinal);
            Assert.EndsWith(sentences[chunk.EndLine - 10], chunk.Text, StringComparison.Ordinal);
        });
        Assert.Equal(Enumerable.Range(10, 60), chunks.SelectMany(chunk => Enumerable.Range(chunk.StartLine, chunk.EndLine - chunk.StartLine + 1)).Distinct());
        Assert.All(chunks.Zip(chunks.Skip(1)), pair => Assert.Equal(pair.First.EndLine, pair.Second.StartLine));
    }

    [Fact]
    public void AChunkNeverCrossesAHeading()
    {
        TextBlock[] blocks = [new("One.", 1, "A"), new("Two.", 2, "A"), new("Three.", 4, "B")];
        Assert.Equal(["A|1-2|One.\nTwo.", "B|4-4|Three."], new Chunker(Tokenizer).Split(blocks).Select(chunk => $"{chunk.Heading}|{chunk.StartLine}-{chunk.EndLine}|{chunk.Text}"));
    }

    [Fact]
    public void AGiantSentenceIsCut()
    {
        var text = string.Join(' ', Enumerable.Repeat("word", 1000));
        var chunks = new Chunker(Tokenizer, new ChunkerOptions { MaxTokens = 100, OverlapTokens = 0 }).Split([new TextBlock(text, 1)]).ToList();
        Assert.Equal(10, chunks.Count);
        Assert.Equal(text, string.Join(' ', chunks.Select(chunk => chunk.Text)));
    }

    [Fact]
    public void SenselessBudgetsAreRefused() =>
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => new Chunker(Tokenizer, new ChunkerOptions { MaxTokens = 20, OverlapTokens = 10 })).Code);
}
