using System.Text;
using Simile.Ingestion;
using Simile.Tokenization;

namespace Simile.Tests.Ingestion;

public sealed class DocumentReadersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(
        "a.md",
        "---\ntitle: x\n---\n# One\n\nFirst\nline.\n\n## Two\nSecond.\n```\ncode\n\nmore\n```\nOther\n=====\nLast.",
        "|2|title: x;One|6|First\nline.;One > Two|10|Second.;One > Two|12|code\n\nmore;Other|18|Last."
    )]
    [InlineData("a.txt", "One\nparagraph.\n\n\nAnother.\n", "|1|One\nparagraph.;|5|Another.")]
    [InlineData(
        "a.html",
        "<html><head><title>T</title><style>no</style></head><body><h1>H</h1><p>A <b>bold</b> &amp; "
            + "plain\ntext</p>\n<script>no</script><table><tr><td>1</td><td>2</td></tr></table></body></html>",
        "T > H|1|A bold & plain text;T > H|3|1 | 2"
    )]
    [InlineData("a.csv", "name,note\nAda,\"first, of course\"\n,\nBob,\n", "Row 1|2|name: Ada\nnote: first, of course;Row 3|4|name: Bob")]
    [InlineData("a.jsonl", "{\"title\":\"T\",\"text\":\"body\"}\n\n{\"a\":\"x\",\"b\":\"y\"}\n", "T|1|body;Line 3|3|x\ny")]
    [InlineData("a.cs", "int a;\n\nint b;\nint c;\n", "|1|int a;;|3|int b;\nint c;")]
    public void EachKindIsReadInBlocks(string name, string content, string expected)
    {
        var blocks = DocumentReaders.Read(name, Encoding.UTF8.GetBytes(content)).Blocks;
        Assert.Equal(expected, string.Join(';', blocks.Select(block => $"{block.Heading}|{block.StartLine}|{block.Text}")));
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x68, 0, 0x69, 0 }, "hi")]
    [InlineData(new byte[] { 0xFE, 0xFF, 0, 0x68, 0, 0x69 }, "hi")]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0x68, 0x69 }, "hi")]
    public void ByteOrderMarksAreUnderstood(byte[] bytes, string expected) => Assert.Equal(expected, DocumentText.Decode(bytes, "a.txt"));

    [Theory]
    [InlineData("a.txt", new byte[] { 0x68, 0, 0x69 })]
    [InlineData("a.txt", new byte[] { 0x25, 0x50, 0x44, 0x46, 0x2D, 0x31 })]
    [InlineData("a.md", new byte[] { 0x50, 0x4B, 3, 4, 0x61 })]
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
        File.CreateSymbolicLink(_folder.File("dangling.md"), _folder.File("nowhere"));
        Assert.Equal(
            ["a.txt", "b.md", "sub/c.cs"],
            DocumentFinder.Find([_folder.Path]).Select(path => Path.GetRelativePath(_folder.Path, path).Replace('\\', '/'))
        );
        Assert.Equal(
            [".jpg", "broken link", "build folder", "hidden file", "linked folder"],
            DocumentFinder.Walk([_folder.Path]).PassedOver.Select(passed => passed.Message).Order(StringComparer.Ordinal)
        );
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
        Assert.All(
            chunks,
            chunk =>
            {
                tokens.Clear();
                Tokenizer.Tokenize(chunk.Text, tokens);
                Assert.InRange(tokens.Count, 1, 40);
                Assert.Contains(sentences[chunk.StartLine - 10], chunk.Text, StringComparison.Ordinal);
                Assert.EndsWith(sentences[chunk.EndLine - 10], chunk.Text, StringComparison.Ordinal);
            }
        );
        Assert.Equal(
            Enumerable.Range(10, 60),
            chunks.SelectMany(chunk => Enumerable.Range(chunk.StartLine, chunk.EndLine - chunk.StartLine + 1)).Distinct()
        );
        Assert.All(chunks.Zip(chunks.Skip(1)), pair => Assert.Equal(pair.First.EndLine, pair.Second.StartLine));
    }

    [Fact]
    public void AChunkNeverCrossesAHeading()
    {
        TextBlock[] blocks = [new("One.", 1, "A"), new("Two.", 2, "A"), new("Three.", 4, "B")];
        Assert.Equal(
            ["A|1-2|One.\nTwo.", "B|4-4|Three."],
            new Chunker(Tokenizer).Split(blocks).Select(chunk => $"{chunk.Heading}|{chunk.StartLine}-{chunk.EndLine}|{chunk.Text}")
        );
    }

    [Fact]
    public void AGiantSentenceIsCut()
    {
        var text = string.Join(' ', Enumerable.Repeat("word", 1000));
        var chunks = new Chunker(Tokenizer, new ChunkerOptions { MaxTokens = 100, OverlapTokens = 0 })
            .Split([new TextBlock(text, 1)])
            .ToList();
        Assert.Equal(10, chunks.Count);
        Assert.Equal(text, string.Join(' ', chunks.Select(chunk => chunk.Text)));
    }

    // With the words of a heading, the special tokens and all, no passage is longer than what the model reads, and nothing is lost.
    [Theory]
    [InlineData(16, "")]
    [InlineData(16, "A heading")]
    [InlineData(16, "A heading that is far too long for a model that reads as few tokens as this one does, and goes on > Inner")]
    [InlineData(77, "Outer > Inner")]
    [InlineData(128, "")]
    public async Task ChunksFitTheModel(int limit, string heading)
    {
        var model = await TextEmbedder.LoadAsync(
            RepositoryRoot.Find("models", "simile-text-mini"),
            new TextEmbedderOptions { MaxTokens = limit }
        );
        var words = Enumerable.Range(0, 300).Select(i => $"incomprehensibly{i}{(i % 7 == 6 ? "." : string.Empty)}").ToArray();
        var chunks = new Chunker(model, new ChunkerOptions { OverlapTokens = 0 })
            .Split([new TextBlock(string.Join(' ', words), 1, heading)])
            .ToList();
        Assert.All(chunks, chunk => Assert.InRange(model.CountTokens(chunk.EmbeddedText, EmbedPurpose.Document), 1, limit));
        Assert.Equal(
            string.Concat(words),
            string.Concat(chunks.Where(chunk => chunk.Heading == heading).SelectMany(chunk => chunk.Text.Where(c => !char.IsWhiteSpace(c))))
        );
        Assert.All(
            chunks.Where(chunk => chunk.Heading != heading),
            chunk => Assert.Contains(chunk.Text, heading, StringComparison.Ordinal)
        );
    }

    // Families joined by U+200D, flags, letters with marks, Hangul of parts.
    [Theory]
    [InlineData("👩‍👩‍👧‍👦")]
    [InlineData("🇩🇪")]
    [InlineData("e\u0301\u0323")]
    [InlineData("\u1112\u1161\u11AB")]
    [InlineData("👍🏽")]
    public async Task CharactersAreNeverCut(string character)
    {
        var model = await TextEmbedder.LoadAsync(
            RepositoryRoot.Find("models", "simile-text-mini"),
            new TextEmbedderOptions { MaxTokens = 16 }
        );
        var text = string.Concat(Enumerable.Repeat(character, 500));
        var chunks = new Chunker(model, new ChunkerOptions { OverlapTokens = 0 }).Split([new TextBlock(text, 1)]).ToList();
        Assert.Equal(text, string.Concat(chunks.Select(chunk => chunk.Text)));
        Assert.All(chunks, chunk => Assert.Equal(0, chunk.Text.Length % character.Length));
        Assert.Equal(character.Length * 2, TextCut.Head(text, (character.Length * 3) - 1).Length);
    }

    [Fact]
    public void AMegabyteWithoutASentenceIsCutBetweenWords()
    {
        var text = string.Concat(Enumerable.Repeat("a very long line about whales ", 20_000));
        var chunks = new Chunker(Tokenizer, new ChunkerOptions { OverlapTokens = 0 }).Split([new TextBlock(text, 1)]).ToList();
        Assert.Equal(
            text.Replace(" ", string.Empty, StringComparison.Ordinal),
            string.Concat(chunks.Select(chunk => chunk.Text)).Replace(" ", string.Empty, StringComparison.Ordinal)
        );
        Assert.All(
            chunks,
            chunk =>
                Assert.DoesNotContain(chunk.Text.Split(' '), word => word is not ("a" or "very" or "long" or "line" or "about" or "whales"))
        );
    }

    [Fact]
    public void SenselessBudgetsAreRefused() =>
        Assert.Equal(
            ErrorCode.InvalidOption,
            Assert.Throws<SimileException>(() => new Chunker(Tokenizer, new ChunkerOptions { MaxTokens = 20, OverlapTokens = 10 })).Code
        );
}
