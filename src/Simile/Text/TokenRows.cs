using Simile.Tokenization;

namespace Simile.Text;

/// <summary>Tokens that a tokenizer has and the network's table has not: an error of the text that has one, never of the others.</summary>
internal static class TokenRows
{
    /// <summary>Refuses a text with a token beyond the table.</summary>
    /// <param name="ids">The text's tokens.</param>
    /// <param name="rows">Rows of the table.</param>
    /// <param name="tokenizer">Where they come from.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public static void Require(ReadOnlySpan<int> ids, int rows, ITokenizer tokenizer)
    {
        foreach (var id in ids)
        {
            if ((uint)id >= (uint)rows)
            {
                throw new SimileException(
                    ErrorCode.BadCheckpoint,
                    $"The text has the token '{tokenizer.TokenOf(id)}' with the id {id}, but the model's table has only the rows 0 to "
                        + $"{rows - 1}. Leave the token out of the text; tokenizer and weights were not made for one another."
                );
            }
        }
    }
}
