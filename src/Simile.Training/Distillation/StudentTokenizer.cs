using Simile.Tokenization;
using Simile.Tokenization.WordPiece;
using Simile.Training.Tokenizers;

namespace Simile.Training.Distillation;

/// <summary>The tokenizer of a student as a file: that of its teacher, unless another is named.</summary>
internal static class StudentTokenizer
{
    /// <summary>Finds a teacher's tokenizer.json, or writes one where the teacher has BERT's vocab.txt instead.</summary>
    /// <param name="teacherFolder">The teacher's folder.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="draft">The folder of the student.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedTokenizer"/> when there is neither.</exception>
    public static string Of(string teacherFolder, ITokenizer tokenizer, string draft)
    {
        var own = Path.Combine(teacherFolder, "tokenizer.json");
        if (File.Exists(own))
        {
            return own;
        }

        if (tokenizer is not WordPieceTokenizer { UnknownId: { } unknown } pieces)
        {
            throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"{teacherFolder} has no tokenizer.json, and its vocabulary is not BERT's, of which one could be made. Name a "
                    + "tokenizer.json for the student."
            );
        }

        var written = Path.Combine(draft, "tokenizer.json");
        var vocabulary = Enumerable.Range(0, pieces.VocabularySize).Select(pieces.TokenOf).ToList();
        string[] special =
        [
            pieces.TokenOf(unknown),
            .. pieces.Special.Prefix.Concat(pieces.Special.Suffix).Select(pieces.TokenOf),
            "[PAD]",
            "[MASK]",
        ];
        TokenizerFileWriter.Write(written, vocabulary, [.. special.Distinct(StringComparer.Ordinal)], pieces.Normalizer);
        return written;
    }

    /// <summary>The text that stands for each entry of a vocabulary when a teacher is asked for its vector: the entry without the marks of
    /// pieces and of words' beginnings.</summary>
    public static IReadOnlyList<string> TextsOf(ITokenizer tokenizer) =>
        [.. Enumerable.Range(0, tokenizer.VocabularySize).Select(id => Plain(tokenizer.TokenOf(id)))];

    private static string Plain(string token)
    {
        var text = token.StartsWith("##", StringComparison.Ordinal) && token.Length > 2 ? token[2..] : token;
        text = text.Replace("</w>", string.Empty, StringComparison.Ordinal).Replace('▁', ' ').Replace('Ġ', ' ').Trim();
        return text.Length > 0 ? text : token;
    }
}
