namespace Simile.Tokenization.Folders;

/// <summary>The classes of transformers that set up parts of a tokenizer by their configuration, by name without "Fast".</summary>
internal static class TokenizerClasses
{
    private static readonly HashSet<string> Bert = new(StringComparer.Ordinal)
    {
        "BertTokenizer",
        "ConvBertTokenizer",
        "DistilBertTokenizer",
        "ElectraTokenizer",
        "FunnelTokenizer",
        "LayoutLMTokenizer",
        "LxmertTokenizer",
        "MobileBertTokenizer",
        "MPNetTokenizer",
        "RetriBertTokenizer",
        "SqueezeBertTokenizer",
    };

    private static readonly HashSet<string> ByteLevel = new(StringComparer.Ordinal)
    {
        "BartTokenizer",
        "BlenderbotTokenizer",
        "CodeGenTokenizer",
        "DebertaTokenizer",
        "GPT2Tokenizer",
        "LEDTokenizer",
        "LongformerTokenizer",
        "MvpTokenizer",
        "RobertaTokenizer",
    };

    /// <summary>Whether the class sets up BERT's normalizer by do_lower_case, strip_accents and tokenize_chinese_chars.</summary>
    public static bool IsBert(string name) => Bert.Contains(name);

    /// <summary>Whether the class sets up GPT-2's pre-tokenizer by add_prefix_space.</summary>
    public static bool IsByteLevel(string name) => ByteLevel.Contains(name);

    /// <summary>Whether the class sets up SentencePiece's pre-tokenizer by add_prefix_space.</summary>
    public static bool IsMetaspace(string name) => name is "XLMRobertaTokenizer" or "CamembertTokenizer";

    /// <summary>The names of the tokens that the class puts before and behind a text; empty where tokenizer.json alone says it.</summary>
    public static (string First, string Last) EndsOf(string name) =>
        IsBert(name) || name is "RobertaTokenizer" or "BartTokenizer" or "LongformerTokenizer" ? ("cls_token", "sep_token")
        : IsMetaspace(name) ? ("bos_token", "eos_token")
        : (string.Empty, string.Empty);

    /// <summary>The class that transformers takes for a kind of network where no file names one; an empty string where tokenizer.json alone
    /// counts.</summary>
    public static string UsualOf(string? modelType) =>
        modelType switch
        {
            "bert" or "distilbert" or "nomic_bert" => "BertTokenizer",
            "mpnet" => "MPNetTokenizer",
            "roberta" => "RobertaTokenizer",
            "xlm-roberta" => "XLMRobertaTokenizer",
            "camembert" => "CamembertTokenizer",
            _ => string.Empty,
        };
}
