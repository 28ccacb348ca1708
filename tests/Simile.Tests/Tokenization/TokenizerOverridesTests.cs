using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Simile.Tokenization;

namespace Simile.Tests.Tokenization;

/// <summary>A tokenizer.json and the files beside it give the ids that transformers 5.17 gives
/// (tests/reference/tokenizer_folders.py).</summary>
public sealed class TokenizerOverridesTests : IDisposable
{
    // Classes that build whole tokenizers of their own, for networks that Simile does not run.
    private static readonly string[] OtherClasses =
    [
        "AlbertTokenizer",
        "GemmaTokenizer",
        "LlamaTokenizer",
        "Qwen2Tokenizer",
        "T5Tokenizer",
    ];
    private static readonly Lazy<JsonElement> Reference = new(ReadReference);
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Tokenizers =>
        [.. Reference.Value.GetProperty("tokenizers").EnumerateObject().Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void IdsAreThoseOfTransformers(string name)
    {
        var texts = Reference.Value.GetProperty("texts").EnumerateArray().Select(text => text.GetString()!).ToArray();
        var wrong = new List<string>();
        var compared = 0;
        foreach (
            var one in Reference
                .Value.GetProperty("cases")
                .EnumerateArray()
                .Where(one => one.GetProperty("tokenizer").GetString() == name && IsOurs(name, one))
        )
        {
            Write(name, one);
            var tokenizer = TokenizerFolder.Load(_folder.Path);
            compared++;
            for (var i = 0; i < texts.Length; i++)
            {
                var (expected, actual) = (
                    one.GetProperty("ids")[i].EnumerateArray().Select(id => id.GetInt32()).ToArray(),
                    Ids(tokenizer, texts[i])
                );
                if (!expected.SequenceEqual(actual))
                {
                    wrong.Add(
                        $"{one.GetProperty("model_type")} {one.GetProperty("config").GetRawText()} "
                            + $"{one.GetProperty("special_tokens_map").GetRawText()} {one.GetProperty("added_tokens").GetRawText()} "
                            + $"'{texts[i]}': {string.Join(' ', expected)} expected, {string.Join(' ', actual)}"
                    );
                }
            }
        }

        Assert.True(compared > 0);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void WhatDiffersIsSaidAndMakesAnotherDigest()
    {
        Plant("bert", """{"tokenizer_class":"BertTokenizer","do_lower_case":false}""");
        var opened = TokenizerFolder.Open(_folder.Path);
        Assert.Contains("do_lower_case is false, not true", Assert.Single(opened.Notes), StringComparison.Ordinal);
        Assert.NotEqual(TokenizerFile.Load(_folder.File("tokenizer.json")).Digest, opened.Tokenizer.Digest);

        Plant("bert", """{"tokenizer_class":"BertTokenizer","do_lower_case":true,"model_max_length":512,"cls_token":"[CLS]"}""");
        var same = TokenizerFolder.Open(_folder.Path);
        Assert.Empty(same.Notes);
        Assert.Equal(TokenizerFile.Load(_folder.File("tokenizer.json")).Digest, same.Tokenizer.Digest);
    }

    [Theory]
    [InlineData("bert", """{"tokenizer_class":"BertTokenizer","split_special_tokens":true}""")]
    [InlineData("xlmr", """{"tokenizer_class":"XLMRobertaTokenizer","add_prefix_space":false}""")]
    [InlineData("byte-sequence", """{"tokenizer_class":"RobertaTokenizer","add_prefix_space":true}""")]
    public void WhatIsNotFollowedIsRefused(string tokenizer, string config)
    {
        Plant(tokenizer, config);
        Assert.Equal(ErrorCode.UnsupportedTokenizer, Assert.Throws<SimileException>(() => TokenizerFolder.Load(_folder.Path)).Code);
    }

    [Theory]
    [InlineData("""{"tokenizer_class":"BertJapaneseTokenizer","word_tokenizer_type":"mecab"}""")]
    [InlineData("""{"tokenizer_class":"BertTokenizer","do_basic_tokenize":false}""")]
    public void AVocabularyOfAnotherKindOfWordsIsRefused(string config)
    {
        File.WriteAllText(_folder.File("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nba\n");
        File.WriteAllText(_folder.File("tokenizer_config.json"), config);
        Assert.Equal(ErrorCode.UnsupportedTokenizer, Assert.Throws<SimileException>(() => TokenizerFolder.Load(_folder.Path)).Code);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("right", false)]
    [InlineData("left", true)]
    public void TheSideThatIsCutIsRead(string? side, bool expected)
    {
        Plant("bert", JsonSerializer.Serialize(new { truncation_side = side }));
        Assert.Equal(expected, TokenizerFolder.Open(_folder.Path).TruncatesLeft);
    }

    public void Dispose() => _folder.Dispose();

    // Left out: classes of other networks, classes that belong to another kind of tokenizer.json, what is refused, and where transformers 4
    // and 5 differ and 4 is followed (a note says so).
    private static bool IsOurs(string name, JsonElement one)
    {
        var config = one.GetProperty("config");
        var kind =
            config.ValueKind == JsonValueKind.Object && config.TryGetProperty("tokenizer_class", out var named)
                ? named.GetString()!.Replace("Fast", string.Empty, StringComparison.Ordinal)
                : string.Empty;
        var network = one.GetProperty("model_type").GetString();
        bool Has(string key, string value) =>
            config.ValueKind == JsonValueKind.Object && config.TryGetProperty(key, out var found) && found.GetRawText() == value;
        bool IsRoberta() =>
            kind is "RobertaTokenizer" or "BartTokenizer" or "LongformerTokenizer" || (kind.Length == 0 && network == "roberta");
        return one.TryGetProperty("ids", out _)
            && !OtherClasses.Contains(kind)
            && !Has("split_special_tokens", "true")
            && !(name == "bert-sequence" && kind is not ("PreTrainedTokenizer" or "TokenizersBackend" or "NoSuchTokenizer"))
            && !(
                name.StartsWith("bert", StringComparison.Ordinal)
                && (kind == "MPNetTokenizer" || IsRoberta() || (kind.Length == 0 && network is "mpnet"))
            )
            && !(name.StartsWith("mpnet", StringComparison.Ordinal) && kind == "BertTokenizer")
            && !(name.StartsWith("gpt2", StringComparison.Ordinal) && IsRoberta())
            && !((name is "xlmr-never" or "xlmr-first") && (kind.Length == 0 || kind is "XLMRobertaTokenizer" or "CamembertTokenizer"))
            && !(
                name.StartsWith("xlmr", StringComparison.Ordinal)
                && Has("add_prefix_space", "false")
                && kind is ("XLMRobertaTokenizer" or "CamembertTokenizer")
            )
            && !(
                name == "roberta"
                && config.ValueKind == JsonValueKind.Object
                && config.TryGetProperty("added_tokens_decoder", out var decoder)
                && !decoder.TryGetProperty("4", out _)
            )
            && !(name == "byte-sequence" && Has("add_prefix_space", "true"));
    }

    private void Plant(string tokenizer, string config)
    {
        File.WriteAllText(_folder.File("tokenizer.json"), Reference.Value.GetProperty("tokenizers").GetProperty(tokenizer).GetRawText());
        File.WriteAllText(_folder.File("tokenizer_config.json"), config);
    }

    private static int[] Ids(ITokenizer tokenizer, string text)
    {
        var tokens = new TokenBuffer();
        tokenizer.Tokenize(text, tokens);
        return [.. tokenizer.Special.Prefix, .. tokens.Ids, .. tokenizer.Special.Suffix];
    }

    private void Write(string tokenizer, JsonElement one)
    {
        var own = Reference.Value.GetProperty("tokenizers").GetProperty(tokenizer).GetRawText();
        File.WriteAllText(
            _folder.File("tokenizer.json"),
            one.GetProperty("class").GetString() is "XLMRobertaTokenizer" or "CamembertTokenizer" ? WithWhiteSpaceSplit(own) : own
        );
        File.WriteAllText(
            _folder.File("config.json"),
            JsonSerializer.Serialize(new { model_type = one.GetProperty("model_type").GetString() })
        );
        foreach (
            var (key, file) in new[]
            {
                ("config", "tokenizer_config.json"),
                ("special_tokens_map", "special_tokens_map.json"),
                ("added_tokens", "added_tokens.json"),
            }
        )
        {
            File.Delete(_folder.File(file));
            if (one.GetProperty(key).ValueKind != JsonValueKind.Null)
            {
                File.WriteAllText(_folder.File(file), one.GetProperty(key).GetRawText());
            }
        }
    }

    // The pre-tokenizer that these classes put in, and that all published files of theirs have.
    private static string WithWhiteSpaceSplit(string file)
    {
        var root = JsonNode.Parse(file)!;
        root["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(new JsonObject { ["type"] = "WhitespaceSplit" }, root["pre_tokenizer"]!.DeepClone()),
        };
        return root.ToJsonString();
    }

    private static JsonElement ReadReference()
    {
        using var stream = new BrotliStream(
            File.OpenRead(RepositoryRoot.Find("tests", "Simile.Tests", "Tokenization", "Folders", "tokenizer-folders.json.br")),
            CompressionMode.Decompress
        );
        return JsonDocument.Parse(stream).RootElement;
    }
}
