namespace Simile.Tokenization.Folders;

/// <summary>The classes of transformers that set up parts of a tokenizer by their configuration, by name without "Fast".</summary>
internal static class TokenizerClasses
{
    private static readonly HashSet<string> Bert = new(StringComparer.Ordinal)
    {
        "BertTokenizer", "ConvBertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "FunnelTokenizer", "LayoutLMTokenizer", "LxmertTokenizer", "MobileBertTokenizer", "MPNetTokenizer", "RetriBertTokenizer", "SqueezeBertTokenizer",
    };

    private static readonly HashSet<string> ByteLevel = new(StringComparer.Ordinal)
    {
        "BartTokenizer", "BlenderbotTokenizer", "CodeGenTokenizer", "DebertaTokenizer", "GPT2Tokenizer", "LEDTokenizer", "LongformerTokenizer", "MvpTokenizer", "RobertaTokenizer",
    };

    /// <summary>Whether the class sets up BERT's normalizer by do_lower_case, strip_accents and tokenize_chinese_chars.</summary>
    public static bool IsBert(string name) => Bert.Contains(name);

    /// <summary>Whether the class sets up GPT-2's pre-tokenizer by add_prefix_space.</summary>
    public static bool IsByteLevel(string name) => ByteLevel.Contains(name);

    /// <summary>The class that transformers takes for a kind of network where no file names one; an empty string where tokenizer.json alone counts.</summary>
    public static string UsualOf(string? modelType) => modelType switch
    {
        "bert" => "BertTokenizer",
        "distilbert" => "DistilBertTokenizer",
        "mpnet" => "MPNetTokenizer",
        "roberta" => "RobertaTokenizer",
        _ => string.Empty,
    };
}
