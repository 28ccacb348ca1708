using Simile.Engine.Files;
using Simile.Tokenization.Folders;

namespace Simile.Tokenization;

/// <summary>Finds the tokenizer of a model folder: its tokenizer.json or, where there is none, the vocabulary files that older models come
/// with.</summary>
public static class TokenizerFolder
{
    private const string Expected =
        "tokenizer.json, vocab.txt, vocab.json with merges.txt, encoder.json with vocab.bpe, sentencepiece.bpe.model, spiece.model, "
        + "spm.model or tokenizer.model";

    /// <summary>Reads the tokenizer of a folder.</summary>
    /// <param name="folderPath">The folder. What it has is tried in this order: tokenizer.json, vocab.txt (BERT), vocab.json and merges.txt
    /// (RoBERTa, GPT-2, CLIP), a SentencePiece model.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/> or <see cref="ErrorCode.UnsupportedTokenizer"/>.</exception>
    public static ITokenizer Load(string folderPath) => Open(folderPath).Tokenizer;

    /// <summary>Reads the tokenizer of a folder, and what else its configuration says.</summary>
    /// <param name="folderPath">The folder.</param>
    internal static FolderTokenizer Open(string folderPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(folderPath);
        var folder = new VocabularyFolder(folderPath);
        var overrides = new TokenizerOverrides(folder);
        return new FolderTokenizer(Read(folder, overrides, folderPath), overrides.Notes, folder.TruncatesLeft);
    }

    private static ITokenizer Read(VocabularyFolder folder, TokenizerOverrides overrides, string folderPath)
    {
        try
        {
            return folder.Find("tokenizer.json") is { } json ? TokenizerFile.Parse(RegularFile.ReadAllBytes(json), json, overrides.Apply)
                : folder.Find("vocab.txt") is { } text ? BertFolder.Load(folder, text)
                : FindMerges(folder) is { } pair ? BytePairFolder.Load(folder, pair.Vocabulary, pair.Merges)
                : folder.Find("sentencepiece.bpe.model", "spiece.model", "spm.model", "tokenizer.model") is { } model
                    ? SentencePieceFolder.Load(folder, model)
                : throw new SimileException(ErrorCode.ModelNotFound, $"There is no tokenizer in {folderPath}. Expected one of {Expected}.");
        }
        catch (Exception error) when (TokenizerFile.IsMalformed(error))
        {
            throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The vocabulary files in {folderPath} are damaged: {error.Message}",
                error
            );
        }
    }

    private static (string Vocabulary, string Merges)? FindMerges(VocabularyFolder folder) =>
        folder.Find("vocab.json", "encoder.json") is { } vocabulary && folder.Find("merges.txt", "vocab.bpe") is { } merges
            ? (vocabulary, merges)
            : null;
}

/// <summary>The tokenizer of a folder.</summary>
/// <param name="Tokenizer">The tokenizer.</param>
/// <param name="Notes">Where the folder's files differ from tokenizer.json, for the user to read.</param>
/// <param name="TruncatesLeft">Whether texts that are too long lose their beginning rather than their end.</param>
internal sealed record FolderTokenizer(ITokenizer Tokenizer, IReadOnlyList<string> Notes, bool TruncatesLeft);
