namespace Simile.Text;

/// <summary>What is checked and done before a text is tokenized.</summary>
internal static class TextPreparation
{
    /// <summary>The text after the hook.</summary>
    /// <exception cref="SimileException">A code of the 100s.</exception>
    public static string Prepare(string? text, Func<string, string>? preprocess)
    {
        if (text is null)
        {
            throw new SimileException(ErrorCode.NullInput, "The text is null. Give an empty string a meaning of its own, or leave it out.");
        }

        var processed = preprocess is null ? text : Run(preprocess, text);
        if (string.IsNullOrWhiteSpace(processed))
        {
            throw new SimileException(
                ErrorCode.EmptyText,
                text.Length == 0
                    ? "The text is empty, so there is nothing to embed."
                    : "Nothing but white space is left of the text, so there is nothing to embed."
            );
        }

        var at = IndexOfLoneSurrogate(processed);
        return at < 0
            ? processed
            : throw new SimileException(
                ErrorCode.InvalidUnicode,
                $"The text is no valid Unicode: half of a surrogate pair (U+{(int)processed[at]:X4}) stands alone at index {at}. It "
                    + "was probably cut in the middle of a character."
            );
    }

    private static string Run(Func<string, string> preprocess, string text)
    {
        try
        {
            return preprocess(text) ?? throw new InvalidOperationException("it returned null");
        }
        catch (Exception error)
        {
            throw new SimileException(ErrorCode.PreprocessFailed, $"The preprocess hook failed on this text: {error.Message}", error);
        }
    }

    private static int IndexOfLoneSurrogate(ReadOnlySpan<char> text)
    {
        var at = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        while (at >= 0 && at < text.Length)
        {
            if (at + 1 >= text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
            {
                return at;
            }

            var next = text[(at + 2)..].IndexOfAnyInRange('\uD800', '\uDFFF');
            at = next < 0 ? -1 : at + 2 + next;
        }

        return -1;
    }
}
