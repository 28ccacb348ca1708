using System.Collections.Immutable;
using Simile.Engine.Files;
using Simile.Tokenization.Normalization;
using Simile.Tokenization.Patterns;
using Simile.Tokenization.Pieces;
using Simile.Tokenization.Pipeline;
using Simile.Tokenization.Splitting;

namespace Simile.Tokenization.Folders;

/// <summary>A SentencePiece model, with the ids and special tokens that Hugging Face's class for it lays over.</summary>
internal static class SentencePieceFolder
{
    private const string Space = "\u2581";

    public static ITokenizer Load(VocabularyFolder folder, string path)
    {
        var file = SentencePieceFile.Parse(RegularFile.ReadAllBytes(path));
        var layout = SentencePieceLayout.For(KindOf(folder, file, path), file, folder);
        var model = MakeModel(file, layout);
        return new PipelineTokenizer(
            new PipelineParts(model)
            {
                Normalizer = MakeNormalizer(file, layout, folder),
                Splitter = file.IsBytePair
                    ? null
                    : new MetaspaceSplitter(Space, file.AddsPrefixSpace ? PrependScheme.Always : PrependScheme.Never, split: true),
                AddedTokens = AddedTokens(file, layout, model.Vocabulary),
                Special = Special(
                    [.. layout.First.Select(token => VocabularyFolder.IdOf(model.Vocabulary, token))],
                    [.. layout.Last.Select(token => VocabularyFolder.IdOf(model.Vocabulary, token))],
                    layout.First is ["[CLS]"]
                ),
                Digest = folder.DigestOf(path),
            }
        );
    }

    // ALBERT's pairs are BERT's, those of XLM-R and CamemBERT RoBERTa's; of others none are known.
    private static SpecialTokens Special(ImmutableArray<int> first, ImmutableArray<int> last, bool isBert) =>
        (first, last) is not ([var start], [var end]) ? new SpecialTokens(first, last)
        : isBert ? SpecialTokens.OfBert(start, end)
        : SpecialTokens.OfRoberta(start, end);

    private static string KindOf(VocabularyFolder folder, SentencePieceFile file, string path) =>
        folder.Class.Length > 0 ? folder.Class
        : Path.GetFileName(path) == "sentencepiece.bpe.model" ? "XLMRobertaTokenizer"
        : file.IsBytePair ? "LlamaTokenizer"
        : file.Pieces.Exists(piece => piece.Text == "[CLS]") ? "AlbertTokenizer"
        : Path.GetFileName(path) == "spiece.model" ? "T5Tokenizer"
        : "SentencePiece";

    private static IPieceModel MakeModel(SentencePieceFile file, SentencePieceLayout layout)
    {
        if (!file.IsBytePair)
        {
            return new UnigramModel(layout.Pieces, layout.UnknownId, file.ByteFallback);
        }

        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < layout.Pieces.Count; id++)
        {
            vocabulary[layout.Pieces[id].Key] = id;
        }

        var options = new BpeOptions
        {
            UnknownToken = layout.Pieces[layout.UnknownId].Key,
            FuseUnknown = true,
            ByteFallback = file.ByteFallback,
        };
        return new BpeModel(vocabulary, DeriveMerges(layout.Pieces, vocabulary), options);
    }

    // The file holds pieces and ranks only: every way to make a piece of two others is a merge of its rank.
    private static List<(string Left, string Right)> DeriveMerges(
        IReadOnlyList<KeyValuePair<string, double>> pieces,
        Dictionary<string, int> vocabulary
    )
    {
        var merges = new List<(string Left, string Right, double Score)>();
        foreach (var (piece, score) in pieces)
        {
            var ways = Enumerable
                .Range(1, Math.Max(0, piece.Length - 1))
                .Select(cut => (Left: piece[..cut], Right: piece[cut..], Score: score))
                .Where(way => vocabulary.ContainsKey(way.Left) && vocabulary.ContainsKey(way.Right));
            merges.AddRange(ways.OrderBy(way => vocabulary[way.Left]).ThenBy(way => vocabulary[way.Right]));
        }

        return [.. merges.OrderByDescending(merge => merge.Score).Select(merge => (merge.Left, merge.Right))];
    }

    private static NormalizerSequence MakeNormalizer(SentencePieceFile file, SentencePieceLayout layout, VocabularyFolder folder)
    {
        var steps = new List<ITextNormalizer>();
        if (layout.IsAlbert)
        {
            AddAlbertSteps(steps, folder);
        }

        if (file.CharacterMap.Length > 0)
        {
            steps.Add(new PrecompiledNormalizer(new CharacterMap(file.CharacterMap)));
        }

        if (file.IsBytePair)
        {
            steps.AddRange(file.AddsPrefixSpace ? [new PrependNormalizer(Space)] : []);
            steps.Add(new ReplaceNormalizer(new LiteralPattern(" "), Space));
        }
        else if (layout.IsAlbert)
        {
            steps.Add(new ReplaceNormalizer(new RegexPattern(" {2,}"), " "));
        }
        else
        {
            steps.Add(new StripNormalizer(left: false, right: true));
            steps.Add(new ReplaceNormalizer(new RegexPattern(" {2,}"), Space));
        }

        return new NormalizerSequence(steps);
    }

    private static void AddAlbertSteps(List<ITextNormalizer> steps, VocabularyFolder folder)
    {
        steps.Add(new ReplaceNormalizer(new LiteralPattern("``"), "\""));
        steps.Add(new ReplaceNormalizer(new LiteralPattern("''"), "\""));
        if (!folder.Flag("keep_accents", otherwise: false))
        {
            steps.Add(new UnicodeNormalizer(NormalizationKind.Nfkd));
            steps.Add(new FilterNormalizer(rune => !Unicode.CombiningMarks.Contains(rune)));
        }

        if (folder.Flag("do_lower_case", otherwise: true))
        {
            steps.Add(new LowercaseNormalizer());
        }
    }

    private static ImmutableArray<AddedToken> AddedTokens(
        SentencePieceFile file,
        SentencePieceLayout layout,
        IReadOnlyDictionary<string, int> vocabulary
    )
    {
        var pieces = file
            .Pieces.Where(piece => piece.Type is SentencePieceType.Control or SentencePieceType.UserDefined or SentencePieceType.Unknown)
            .Select(piece => piece.Text);
        return VocabularyFolder.Added(
            vocabulary,
            layout.Mask,
            [.. layout.AddedTokens.Concat(pieces).Distinct(StringComparer.Ordinal).Where(token => token != layout.Mask)]
        );
    }
}
