using System.Text.Json;
using Simile.Tokenization;

namespace Simile.Tests.Tokenization;

public class PipelineTokenizerTests
{
    public static TheoryData<string> Kinds => [.. PipelineCases.Names];

    /// <summary>Every kind of tokenizer against Hugging Face's library, id for id and place for place, on 535 adversarial texts.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void AKindIsEqualToTheReference(string name)
    {
        var tokenizer = TokenizerFile.Parse(PipelineCases.Tokenizer(name), name);
        var tokens = new TokenBuffer();
        var differences = new List<string>();
        foreach (var (text, ids, places) in PipelineCases.Expected(name))
        {
            tokens.Clear();
            tokenizer.Tokenize(text, tokens);
            var points = TokenizerParity.CodePointsBefore(text);
            var actual = Enumerable.Range(0, tokens.Count).SelectMany(i => new[] { points[tokens.Starts[i]], points[tokens.Ends[i]] });
            if (!ids.AsSpan().SequenceEqual(tokens.Ids) || !places.SequenceEqual(actual))
            {
                differences.Add(
                    $"{JsonSerializer.Serialize(text)}\n  ids    {string.Join(' ', ids)}\n  got    "
                        + $"{string.Join(' ', tokens.Ids.ToArray())}\n  places {string.Join(' ', places)}\n  got    "
                        + $"{string.Join(' ', actual)}"
                );
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} texts differ. The first:\n{string.Join('\n', differences.Take(3))}");
    }
}
