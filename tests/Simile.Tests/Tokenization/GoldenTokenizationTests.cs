using System.Text.Json;
using Simile.Tokenization;

namespace Simile.Tests.Tokenization;

/// <summary>Real vocabularies against the ids that the Python library gave transformers.js.</summary>
public class GoldenTokenizationTests
{
    [Theory]
    [InlineData("bert.json", "Xenova/bert-base-uncased", "bert-base-uncased")]
    [InlineData("bert.json", "Xenova/bert-base-multilingual-cased-ner-hrl", "bert-base-multilingual-cased")]
    [InlineData("gpt2.json", "Xenova/gpt2", "gpt2")]
    [InlineData("gpt2.json", "openai-community/gpt2", "gpt2")]
    [InlineData("clip.json", "Xenova/clip-vit-base-patch16", "clip-vit-base-patch32")]
    public void IdsWithSpecialTokensAreEqual(string file, string model, string folder)
    {
        using var cases = JsonDocument.Parse(File.ReadAllBytes(RepositoryRoot.Shared("golden", "tokenization", file)));
        var tokenizer = TokenizerFolder.Load(RepositoryRoot.Shared("tokenizers", folder));
        var tokens = new TokenBuffer();
        Assert.All(
            cases.RootElement.GetProperty(model).EnumerateArray(),
            entry =>
            {
                tokens.Clear();
                tokenizer.Tokenize(entry.GetProperty("text").GetString()!, tokens);
                var expected = entry.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32());
                Assert.Equal(expected, [.. tokenizer.Special.Prefix, .. tokens.Ids.ToArray(), .. tokenizer.Special.Suffix]);
            }
        );
    }
}
