using System.Text.Json;
using Simile.Tokenization;

namespace Simile.Tests.Tokenization;

/// <summary>Compares a tokenizer with lines that Hugging Face's own library wrote (tests/reference/tokenizers.mjs).</summary>
internal static class TokenizerParity
{
    public static List<string> Differences(ITokenizer tokenizer, string expectedPath)
    {
        var differences = new List<string>();
        var tokens = new TokenBuffer();
        foreach (var line in File.ReadLines(expectedPath))
        {
            using var document = JsonDocument.Parse(line);
            var text = document.RootElement.GetProperty("text").GetString()!;
            var ids = document.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            var offsets = document
                .RootElement.GetProperty("offsets")
                .EnumerateArray()
                .Select(pair => (pair[0].GetInt32(), pair[1].GetInt32()))
                .ToArray();
            tokens.Clear();
            tokenizer.Tokenize(text, tokens);
            var points = CodePointsBefore(text);
            var actual = Enumerable.Range(0, tokens.Count).Select(i => (points[tokens.Starts[i]], points[tokens.Ends[i]])).ToArray();
            if (!ids.AsSpan().SequenceEqual(tokens.Ids))
            {
                differences.Add(
                    $"ids of {JsonSerializer.Serialize(text)}: expected {string.Join(' ', ids)}, got "
                        + $"{string.Join(' ', tokens.Ids.ToArray())}"
                );
            }
            else if (!offsets.SequenceEqual(actual))
            {
                differences.Add(
                    $"offsets of {JsonSerializer.Serialize(text)}: expected {string.Join(' ', offsets)}, got {string.Join(' ', actual)}"
                );
            }
        }

        return differences;
    }

    // The library counts code points, we count UTF-16 units.
    public static int[] CodePointsBefore(string text)
    {
        var before = new int[text.Length + 1];
        for (var i = 0; i < text.Length; i++)
        {
            before[i + 1] = before[i] + (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? 0 : 1);
        }

        return before;
    }
}
