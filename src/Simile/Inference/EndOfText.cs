using Simile.Tokenization;

namespace Simile.Inference;

/// <summary>Finds the token whose state is a text's (CLIP): what stands behind it takes no part.</summary>
/// <param name="id">The token that ends a text; null for the largest id of each text, which is the same in OpenAI's vocabulary.</param>
internal sealed class EndOfText(int? id)
{
    /// <summary>The place of the first end in a text.</summary>
    public int IndexIn(ReadOnlySpan<int> ids)
    {
        if (id is { } end)
        {
            return Math.Max(0, ids.IndexOf(end));
        }

        var largest = 0;
        for (var i = 1; i < ids.Length; i++)
        {
            largest = ids[i] > ids[largest] ? i : largest;
        }

        return largest;
    }

    /// <summary>Refuses a tokenizer that does not end texts with the token, for then all texts would have the state of their
    /// first.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedTokenizer"/>.</exception>
    public void RequireFrom(ITokenizer tokenizer)
    {
        var suffix = tokenizer.Special.Suffix;
        if (suffix.IsEmpty || (id is { } end && !suffix.Contains(end)))
        {
            var found = suffix.IsEmpty ? "nothing" : string.Join(", ", suffix);
            throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer puts {found} behind a text, but the network reads "
                    + $"the text's vector from the end token{(id is null ? string.Empty : $" {id}")}. "
                    + "Fetch tokenizer and config.json again."
            );
        }
    }
}
