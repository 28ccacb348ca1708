using Simile.Engine.Files;
using Simile.Tokenization.Normalization;
using Simile.Tokenization.Pieces;
using Simile.Tokenization.Pipeline;
using Simile.Tokenization.Splitting;
using Simile.Tokenization.WordPiece;

namespace Simile.Tokenization.Folders;

/// <summary>BERT's vocab.txt: one entry a line, the line number is the id.</summary>
internal static class BertFolder
{
    public static ITokenizer Load(VocabularyFolder folder, string path)
    {
        RequireBert(folder);
        var vocabulary = ReadVocabulary(path);
        var isMpnet =
            folder.Class.Length > 0 ? folder.Class == "MPNetTokenizer" : !vocabulary.ContainsKey("[CLS]") && vocabulary.ContainsKey("<s>");
        var unknown = folder.Token("unk_token", "[UNK]");
        var (first, last) = (folder.Token("cls_token", isMpnet ? "<s>" : "[CLS]"), folder.Token("sep_token", isMpnet ? "</s>" : "[SEP]"));
        var (padding, mask) = (
            folder.Token("pad_token", isMpnet ? "<pad>" : "[PAD]"),
            folder.Token("mask_token", isMpnet ? "<mask>" : "[MASK]")
        );
        var (firstId, lastId) = (VocabularyFolder.IdOf(vocabulary, first), VocabularyFolder.IdOf(vocabulary, last));
        var special = isMpnet ? SpecialTokens.OfRoberta(firstId, lastId) : SpecialTokens.OfBert(firstId, lastId);
        var normalizer = new BertNormalizer
        {
            HandleChineseChars = folder.Flag("tokenize_chinese_chars", otherwise: true),
            StripAccents = folder.Choice("strip_accents"),
            Lowercase = folder.Flag("do_lower_case", otherwise: true),
        };
        var model = new WordPieceModel(vocabulary, unknown);
        var digest = folder.DigestOf(path);
        if (!isMpnet)
        {
            var plain = VocabularyFolder
                .Added(vocabulary, null, unknown, last, padding, first, mask)
                .ToDictionary(token => token.Content, token => token.Id, StringComparer.Ordinal);
            return new WordPieceTokenizer(vocabulary, model, normalizer, plain, digest, special);
        }

        return new PipelineTokenizer(
            new PipelineParts(new WordPiecePieces(vocabulary, model))
            {
                Normalizer = new BertTextNormalizer(normalizer),
                Splitter = SplitterReader.Bert(),
                AddedTokens = VocabularyFolder.Added(vocabulary, mask, first, padding, last, unknown),
                Special = special,
                Digest = digest,
            }
        );
    }

    // Japanese BERTs have a vocab.txt too, for words that MeCab makes.
    private static void RequireBert(VocabularyFolder folder)
    {
        if (
            folder.Class.Length > 0
            && folder.Class is not ("PreTrainedTokenizer" or "TokenizersBackend")
            && !TokenizerClasses.IsBert(folder.Class)
        )
        {
            throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"tokenizer_config.json names the class {folder.Class} beside a vocab.txt; expected BertTokenizer, "
                    + "DistilBertTokenizer, ElectraTokenizer, MPNetTokenizer or another of BERT's, or a tokenizer.json."
            );
        }

        if (!folder.Flag("do_basic_tokenize", otherwise: true))
        {
            throw folder.Refusal("do_basic_tokenize false", "that texts are split at white space before");
        }
    }

    private static Dictionary<string, int> ReadVocabulary(string path)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var id = 0;

        // Only line feeds end a line: some entries are themselves exotic line separators.
        var lines = RegularFile.ReadAllText(path).Split('\n');
        foreach (var line in lines.AsSpan(0, lines[^1].Length == 0 ? lines.Length - 1 : lines.Length))
        {
            vocabulary[line.TrimEnd('\r')] = TokenList.CheckId(line, id++);
        }

        return vocabulary;
    }
}
