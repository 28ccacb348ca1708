using System.Text.Json;
using Simile.Tokenization;

namespace Simile.Tests.Tokenization;

public class WordPieceTokenizerTests
{
    /// <summary>Our own tokenizer against Hugging Face's library, id for id and offset for offset, on 404 adversarial texts.</summary>
    [Fact]
    public void OurTokenizerIsEqualToTheReference()
    {
        var tokenizer = TokenizerFile.Load(RepositoryRoot.Find("models", "simile-text-mini", "tokenizer.json"));
        Assert.Equal(
            string.Empty,
            string.Join(
                "\n",
                TokenizerParity.Differences(tokenizer, RepositoryRoot.Find("tests", "Simile.Tests", "Tokenization", "expected.jsonl"))
            )
        );
    }

    /// <summary>The cases that the Python library wrote for real BERT vocabularies.</summary>
    [Theory]
    [InlineData("Xenova/bert-base-uncased", "bert-base-uncased")]
    public void RealVocabulariesAreEqualToTheReference(string model, string folder)
    {
        using var cases = JsonDocument.Parse(File.ReadAllBytes(RepositoryRoot.Shared("golden", "tokenization", "bert.json")));
        if (!cases.RootElement.TryGetProperty(model, out var list))
        {
            Assert.Skip($"bert.json has no cases for {model}.");
        }

        var tokenizer = TokenizerFile.Load(RepositoryRoot.Shared("tokenizers", folder, "tokenizer.json"));
        var tokens = new TokenBuffer();
        Assert.All(
            list.EnumerateArray(),
            entry =>
            {
                tokens.Clear();
                tokenizer.Tokenize(entry.GetProperty("text").GetString()!, tokens);
                var expected = entry
                    .GetProperty("ids")
                    .EnumerateArray()
                    .Select(id => id.GetInt32())
                    .Where(id => tokenizer.TokenOf(id) is not ("[CLS]" or "[SEP]"));
                Assert.Equal(expected, tokens.Ids.ToArray());
            }
        );
    }

    [Fact]
    public void AnUnknownModelIsRefused()
    {
        var json = """{"model":{"type":"Bigram","vocab":[]},"pre_tokenizer":{"type":"BertPreTokenizer"},"normalizer":null}"""u8.ToArray();
        var error = Assert.Throws<SimileException>(() => TokenizerFile.Parse(json, "tokenizer.json"));
        Assert.Equal(ErrorCode.UnsupportedTokenizer, error.Code);
        Assert.Contains("Bigram", error.Message, StringComparison.Ordinal);
    }
}
