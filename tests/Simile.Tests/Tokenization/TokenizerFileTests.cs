using System.Text;
using Simile.Tokenization;
using Simile.Tokenization.Patterns;

namespace Simile.Tests.Tokenization;

public class TokenizerFileTests
{
    [Theory]
    [InlineData("xlm-roberta", 0, 2)]
    [InlineData("bert-cased", 0, 2)]
    [InlineData("mpnet", 0, 2)]
    [InlineData("clip", 0, 1)]
    public void SpecialTokensComeFromThePostProcessor(string kind, int first, int last) =>
        Assert.Equal(new SpecialTokens([first], [last]), TokenizerFile.Parse(PipelineCases.Tokenizer(kind), kind).Special);

    [Fact]
    public void AByteLevelPostProcessorAddsNothing() =>
        Assert.Equal(SpecialTokens.None, TokenizerFile.Parse(PipelineCases.Tokenizer("gpt2"), "gpt2").Special);

    [Theory]
    [InlineData("\"dropout\":null", "\"dropout\":0.1", "dropout")]
    [InlineData("\"type\":\"ByteLevel\",\"add_prefix_space\":false", "\"type\":\"Lua\",\"add_prefix_space\":false", "Lua")]
    [InlineData("\"post_processor\":{\"type\":\"ByteLevel\"", "\"post_processor\":{\"type\":\"Haiku\"", "Haiku")]
    [InlineData("\"normalizer\":null", "\"normalizer\":{\"type\":\"Rot13\"}", "Rot13")]
    [InlineData(
        "\"normalizer\":null",
        "\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"\\\\p{Han}\"},\"content\":\"\"}",
        "Han"
    )]
    public void WhatIsNotUnderstoodIsRefused(string old, string changed, string named)
    {
        var json = Encoding.UTF8.GetString(PipelineCases.Tokenizer("gpt2"));
        Assert.Contains(old, json, StringComparison.Ordinal);
        var error = Assert.Throws<SimileException>(() =>
            TokenizerFile.Parse(Encoding.UTF8.GetBytes(json.Replace(old, changed, StringComparison.Ordinal)), "gpt2")
        );
        Assert.Equal(ErrorCode.UnsupportedTokenizer, error.Code);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains("expected", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"\p{N}{1,3}+", @"(?:\p{N}{1,3})+")]
    [InlineData("a++b", "(?>a+)b")]
    [InlineData("[^\\s\\p{L}]*+[\r\n]", "(?>[^\\s\\p{L}]*)[\r\n]")]
    [InlineData("(?:ab)?+", "(?>(?:ab)?)")]
    [InlineData("(?i:'s|'t)s", "(?i:'[s\u017F]|'t)s")]
    [InlineData(@"\h{,2}", "[0-9a-fA-F]{0,2}")]
    [InlineData(@"(?m:.)", "(?s:.)")]
    [InlineData("a{b}", "a{b}")]
    public void OnigurumasSyntaxBecomesDotNets(string pattern, string expected) =>
        Assert.Equal(expected, new OnigurumaTranslation(pattern).Translate());

    [Theory]
    [InlineData(@"[a[bc]]")]
    [InlineData(@"[a-z&&[^b]]")]
    [InlineData(@"\p{Greek}")]
    [InlineData(@"\X")]
    [InlineData("[\U0001F600-\U0001F64F]")]
    [InlineData("(?~ab)")]
    [InlineData("[ab")]
    [InlineData("a)")]
    public void PatternsWithoutAnEqualAreRefused(string pattern) =>
        Assert.Equal(ErrorCode.UnsupportedTokenizer, Assert.Throws<SimileException>(() => new RegexPattern(pattern)).Code);

    /// <summary>Words of a hundred thousand characters would take minutes if the work grew with the square.</summary>
    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    [InlineData("llama3")]
    [InlineData("unigram-bytes")]
    [InlineData("clip")]
    public void AVeryLongWordIsTokenized(string kind)
    {
        var tokenizer = TokenizerFile.Parse(PipelineCases.Tokenizer(kind), kind);
        var tokens = new TokenBuffer();
        tokenizer.Tokenize(string.Concat(Enumerable.Repeat("abcdefghij", 10_000)), tokens);
        Assert.InRange(tokens.Count, 1, 100_000);
        Assert.Equal(100_000, tokens.Ends[^1]);
    }

    [Fact]
    public void ManyThreadsGetTheSameTokens()
    {
        var tokenizer = TokenizerFile.Parse(PipelineCases.Tokenizer("xlm-roberta"), "xlm-roberta");
        var cases = PipelineCases.Expected("xlm-roberta").Take(200).ToList();
        Parallel.For(
            0,
            800,
            i =>
            {
                var tokens = new TokenBuffer();
                tokenizer.Tokenize(cases[i % cases.Count].Text, tokens);
                Assert.Equal(cases[i % cases.Count].Ids, tokens.Ids.ToArray());
            }
        );
    }
}
