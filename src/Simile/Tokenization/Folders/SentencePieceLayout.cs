namespace Simile.Tokenization.Folders;

/// <summary>How a class of tokenizers lays ids and special tokens over the pieces of a SentencePiece model.</summary>
internal sealed record SentencePieceLayout(IReadOnlyList<KeyValuePair<string, double>> Pieces, int UnknownId)
{
    private const int SentinelCount = 100;

    /// <summary>Tokens before a text.</summary>
    public IReadOnlyList<string> First { get; init; } = [];

    /// <summary>Tokens after a text.</summary>
    public IReadOnlyList<string> Last { get; init; } = [];

    /// <summary>Entries found as a whole.</summary>
    public IReadOnlyList<string> AddedTokens { get; init; } = [];

    /// <summary>The mask, which takes the space before it along.</summary>
    public string? Mask { get; init; }

    /// <summary>Text is prepared as ALBERT's is.</summary>
    public bool IsAlbert { get; init; }

    public static SentencePieceLayout For(string kind, SentencePieceFile file, VocabularyFolder folder) =>
        kind switch
        {
            "XLMRobertaTokenizer" => XlmRoberta(file),
            "CamembertTokenizer" => Camembert(file),
            "T5Tokenizer" => T5(file),
            "AlbertTokenizer" => Albert(file),
            "LlamaTokenizer" or "GemmaTokenizer" => new SentencePieceLayout(Scored(file.Pieces), Unknown(file))
            {
                First = folder.Flag("add_bos_token", otherwise: true) ? [folder.Token("bos_token", "<s>")] : [],
            },
            "SentencePiece" => new SentencePieceLayout(Scored(file.Pieces), Unknown(file)),
            _ => throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"tokenizer_config.json names the class {kind}; expected AlbertTokenizer, CamembertTokenizer, LlamaTokenizer, "
                    + "T5Tokenizer or XLMRobertaTokenizer, or a tokenizer.json."
            ),
        };

    // Fairseq's order: its four special tokens first, then the pieces after SentencePiece's own three.
    private static SentencePieceLayout XlmRoberta(SentencePieceFile file) =>
        new([.. Unscored("<s>", "<pad>", "</s>", "<unk>"), .. Scored(file.Pieces.Skip(3)), .. Unscored("<mask>")], 3)
        {
            First = ["<s>"],
            Last = ["</s>"],
            AddedTokens = ["<s>", "<pad>", "</s>", "<unk>"],
            Mask = "<mask>",
        };

    private static SentencePieceLayout Camembert(SentencePieceFile file) =>
        new(
            [
                .. Unscored("<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>"),
                new("<unk>NOTUSED", -100),
                .. Scored(file.Pieces.Skip(1)),
                .. Unscored("<mask>"),
            ],
            3
        )
        {
            First = ["<s>"],
            Last = ["</s>"],
            AddedTokens = ["<s>", "<pad>", "</s>", "<unk>"],
            Mask = "<mask>",
        };

    private static SentencePieceLayout T5(SentencePieceFile file)
    {
        var sentinels = Enumerable.Range(0, SentinelCount).Reverse().Select(number => $"<extra_id_{number}>").ToArray();
        return new SentencePieceLayout([.. Scored(file.Pieces), .. Unscored(sentinels)], Unknown(file))
        {
            Last = ["</s>"],
            AddedTokens = ["</s>", "<unk>", "<pad>", .. sentinels],
        };
    }

    private static SentencePieceLayout Albert(SentencePieceFile file) =>
        new(
            [
                .. file.Pieces.Select(piece =>
                    KeyValuePair.Create(piece.Text, EndsInNumberComma(piece.Text) ? piece.Score - 100.0 : piece.Score)
                ),
            ],
            Unknown(file)
        )
        {
            First = ["[CLS]"],
            Last = ["[SEP]"],
            AddedTokens = ["<pad>", "<unk>", "[CLS]", "[SEP]"],
            Mask = "[MASK]",
            IsAlbert = true,
        };

    private static bool EndsInNumberComma(string piece) => piece.Length >= 2 && piece[^1] == ',' && char.IsDigit(piece[^2]);

    private static int Unknown(SentencePieceFile file)
    {
        var id = file.Pieces.FindIndex(piece => piece.Type == SentencePieceType.Unknown);
        return id >= 0
            ? id
            : throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"None of the SentencePiece model's {file.Pieces.Count} pieces is the unknown one; expected one of type 2."
            );
    }

    private static List<KeyValuePair<string, double>> Scored(IEnumerable<SentencePiece> pieces) =>
        [.. pieces.Select(piece => KeyValuePair.Create(piece.Text, (double)piece.Score))];

    private static IEnumerable<KeyValuePair<string, double>> Unscored(params IEnumerable<string> tokens) =>
        tokens.Select(token => KeyValuePair.Create(token, 0.0));
}
