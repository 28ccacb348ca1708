using System.Text.Json;
using Simile.Engine.Files;
using Simile.Tokenization.Normalization;
using Simile.Tokenization.Patterns;
using Simile.Tokenization.Pieces;
using Simile.Tokenization.Pipeline;
using Simile.Tokenization.Splitting;

namespace Simile.Tokenization.Folders;

/// <summary>The vocab.json and merges.txt of GPT-2, RoBERTa and CLIP.</summary>
internal static class BytePairFolder
{
    private const string ClipWords = @"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";

    public static ITokenizer Load(VocabularyFolder folder, string vocabularyPath, string mergesPath)
    {
        var vocabulary = TokenizerFile.Guard(
            vocabularyPath,
            () => TokenizerJson.ReadVocabulary(JsonElement.Parse(RegularFile.ReadAllBytes(vocabularyPath)))
        );
        var merges = RegularFile
            .ReadAllText(mergesPath)
            .Split('\n')
            .Select(line => line.TrimEnd('\r'))
            .Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal));
        var pairs = merges.Select(ModelReader.SplitMerge).ToList();
        var parts = KindOf(folder, vocabulary) switch
        {
            "CLIPTokenizer" => Clip(folder, vocabulary, pairs),
            "RobertaTokenizer" => Roberta(folder, vocabulary, pairs),
            "GPT2Tokenizer" => Gpt2(folder, vocabulary, pairs),
            var kind => throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"tokenizer_config.json names the class {kind}; expected CLIPTokenizer, GPT2Tokenizer or RobertaTokenizer, or a "
                    + "tokenizer.json."
            ),
        };
        return new PipelineTokenizer(parts with { Digest = folder.DigestOf(vocabularyPath, mergesPath) });
    }

    private static string KindOf(VocabularyFolder folder, Dictionary<string, int> vocabulary) =>
        folder.Class.Length > 0 ? folder.Class
        : vocabulary.ContainsKey("<|startoftext|>") ? "CLIPTokenizer"
        : vocabulary.ContainsKey("<s>") ? "RobertaTokenizer"
        : "GPT2Tokenizer";

    private static PipelineParts Gpt2(VocabularyFolder folder, Dictionary<string, int> vocabulary, List<(string, string)> merges)
    {
        var addsSpace = folder.Flag("add_prefix_space", otherwise: false);
        var end = folder.Token("eos_token", "<|endoftext|>");
        return new PipelineParts(new BpeModel(vocabulary, merges, new BpeOptions()))
        {
            Splitter = new ByteLevelSplitter(addsSpace, SplitterReader.Gpt2Words()),
            AddedTokens = VocabularyFolder.Added(vocabulary, null, end),
        };
    }

    private static PipelineParts Roberta(VocabularyFolder folder, Dictionary<string, int> vocabulary, List<(string, string)> merges)
    {
        var addsSpace = folder.Flag("add_prefix_space", otherwise: false);
        var (first, last) = (folder.Token("cls_token", "<s>"), folder.Token("sep_token", "</s>"));
        return new PipelineParts(new BpeModel(vocabulary, merges, new BpeOptions()))
        {
            Splitter = new ByteLevelSplitter(addsSpace, SplitterReader.Gpt2Words()),
            AddedTokens = VocabularyFolder.Added(
                vocabulary,
                folder.Token("mask_token", "<mask>"),
                first,
                folder.Token("pad_token", "<pad>"),
                last,
                folder.Token("unk_token", "<unk>")
            ),
            Special = SpecialTokens.OfRoberta(VocabularyFolder.IdOf(vocabulary, first), VocabularyFolder.IdOf(vocabulary, last)),
            TrimmingPasses = [addsSpace],
        };
    }

    private static PipelineParts Clip(VocabularyFolder folder, Dictionary<string, int> vocabulary, List<(string, string)> merges)
    {
        var (first, last) = (folder.Token("bos_token", "<|startoftext|>"), folder.Token("eos_token", "<|endoftext|>"));
        var options = new BpeOptions { UnknownToken = folder.Token("unk_token", "<|endoftext|>"), EndOfWordSuffix = "</w>" };
        return new PipelineParts(new BpeModel(vocabulary, merges, options))
        {
            Normalizer = new NormalizerSequence([
                new UnicodeNormalizer(NormalizationKind.Nfc),
                new ReplaceNormalizer(new RegexPattern(@"\s+"), " "),
                new LowercaseNormalizer(),
            ]),
            Splitter = new SplitterSequence([
                new PatternSplitter(new RegexPattern(ClipWords), SplitBehavior.Removed, invert: true),
                new ByteLevelSplitter(addPrefixSpace: false, SplitterReader.Gpt2Words()),
            ]),
            AddedTokens = VocabularyFolder.Added(vocabulary, null, first, last),
            Special = new SpecialTokens([VocabularyFolder.IdOf(vocabulary, first)], [VocabularyFolder.IdOf(vocabulary, last)]),
        };
    }
}
