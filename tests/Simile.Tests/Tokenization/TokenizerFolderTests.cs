using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Simile.Tokenization;

namespace Simile.Tests.Tokenization;

/// <summary>Vocabulary files alone give the same ids and places as the tokenizer.json that is made of them.</summary>
public sealed class TokenizerFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TokenizerJsonComesFirst()
    {
        File.WriteAllBytes(_folder.File("tokenizer.json"), PipelineCases.Tokenizer("gpt2"));
        File.WriteAllText(_folder.File("vocab.txt"), "broken");
        AssertEqual("gpt2");
    }

    [Fact]
    public void VocabTxtIsBert()
    {
        var path = RepositoryRoot.Find("models", "simile-text-mini", "tokenizer.json");
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        var vocabulary = json
            .RootElement.GetProperty("model")
            .GetProperty("vocab")
            .EnumerateObject()
            .OrderBy(entry => entry.Value.GetInt32())
            .Select(entry => entry.Name);
        File.WriteAllText(_folder.File("vocab.txt"), string.Join('\n', vocabulary) + "\n");
        File.WriteAllText(
            _folder.File("tokenizer_config.json"),
            """{"tokenizer_class":"BertTokenizer","cls_token":"[PAD]","sep_token":"[PAD]"}"""
        );
        AssertEqual(TokenizerFile.Load(path), TokenizerFolder.Load(_folder.Path));
    }

    [Theory]
    [InlineData("gpt2", "GPT2Tokenizer", false)]
    [InlineData("clip", "CLIPTokenizer", false)]
    [InlineData("roberta", "RobertaTokenizerFast", true)]
    public void VocabJsonAndMergesAreBytePairs(string kind, string className, bool addsPrefixSpace)
    {
        using var json = JsonDocument.Parse(PipelineCases.Tokenizer(kind));
        var model = json.RootElement.GetProperty("model");
        File.WriteAllText(_folder.File("vocab.json"), model.GetProperty("vocab").GetRawText());
        File.WriteAllText(
            _folder.File("merges.txt"),
            "#version: 0.2\n" + string.Join('\n', model.GetProperty("merges").EnumerateArray().Select(merge => merge.GetString())) + "\n"
        );
        File.WriteAllText(
            _folder.File("tokenizer_config.json"),
            JsonSerializer.Serialize(new { tokenizer_class = className, add_prefix_space = addsPrefixSpace })
        );
        var texts = PipelineCases.Texts.Where(text => !text.Contains('<', StringComparison.Ordinal));

        // The class of GPT-2 leaves the spaces in the places of its tokens.
        var file = JsonNode.Parse(PipelineCases.Tokenizer(kind))!;
        file["post_processor"] = kind == "gpt2" ? null : file["post_processor"]!.DeepClone();
        AssertEqual(TokenizerFile.Parse(Encoding.UTF8.GetBytes(file.ToJsonString()), kind), TokenizerFolder.Load(_folder.Path), texts);
    }

    [Fact]
    public void ASentencePieceModelOfXlmRobertaHasFairseqsIds()
    {
        using var json = JsonDocument.Parse(PipelineCases.Tokenizer("e5"));
        var pieces = json
            .RootElement.GetProperty("model")
            .GetProperty("vocab")
            .EnumerateArray()
            .Select(piece => (Text: piece[0].GetString()!, Score: (float)piece[1].GetDouble()))
            .ToList();
        var charsmap = json
            .RootElement.GetProperty("normalizer")
            .GetProperty("normalizers")[0]
            .GetProperty("precompiled_charsmap")
            .GetBytesFromBase64();
        var model = new List<byte>();
        foreach (var (text, type) in new[] { ("<unk>", 2), ("<s>", 3), ("</s>", 3) })
        {
            model.AddRange(Piece(text, 0, type));
        }

        model.AddRange(pieces.Skip(4).SkipLast(1).SelectMany(piece => Piece(piece.Text, piece.Score, 1)));
        model.AddRange(Field(3, Field(2, charsmap)));
        File.WriteAllBytes(_folder.File("sentencepiece.bpe.model"), [.. model]);
        var tokenizer = TokenizerFolder.Load(_folder.Path);
        var tokens = new TokenBuffer();
        tokenizer.Tokenize("the bread <mask> and", tokens);
        var expected = new TokenBuffer();
        TokenizerFile.Parse(PipelineCases.Tokenizer("e5"), "e5").Tokenize("the bread <mask> and", expected);
        Assert.Equal(expected.Ids.ToArray(), tokens.Ids.ToArray());
        Assert.Equal(new SpecialTokens([0], [2]), tokenizer.Special);
        Assert.Equal(pieces.Count, tokenizer.VocabularySize);
    }

    [Fact]
    public void DamagedSentencePieceModelsAreRefused()
    {
        var random = new Random(5);
        byte[] model = [.. Piece("<unk>", 0, 2), .. Piece("▁a", -1, 1), .. Piece("b", -2, 1)];
        for (var round = 0; round < 300; round++)
        {
            var bytes = model[..random.Next(model.Length + 1)];
            if (bytes.Length > 0)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(_folder.File("tokenizer.model"), bytes);
            if (Record.Exception(() => TokenizerFolder.Load(_folder.Path)) is { } error)
            {
                Assert.Equal(ErrorCode.UnsupportedTokenizer, Assert.IsType<SimileException>(error).Code);
            }
        }
    }

    [Fact]
    public void AnEmptyFolderHasNoTokenizer() =>
        Assert.Equal(ErrorCode.ModelNotFound, Assert.Throws<SimileException>(() => TokenizerFolder.Load(_folder.Path)).Code);

    private void AssertEqual(string kind) =>
        AssertEqual(TokenizerFile.Parse(PipelineCases.Tokenizer(kind), kind), TokenizerFolder.Load(_folder.Path));

    private static void AssertEqual(ITokenizer expected, ITokenizer actual, IEnumerable<string>? texts = null)
    {
        var (left, right) = (new TokenBuffer(), new TokenBuffer());
        Assert.All(
            texts ?? PipelineCases.Texts,
            text =>
            {
                left.Clear();
                right.Clear();
                expected.Tokenize(text, left);
                actual.Tokenize(text, right);
                Assert.Equal(left.Ids.ToArray(), right.Ids.ToArray());
                Assert.Equal(left.Starts.ToArray(), right.Starts.ToArray());
                Assert.Equal(left.Ends.ToArray(), right.Ends.ToArray());
            }
        );
    }

    private static byte[] Piece(string text, float score, int type)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, score);
        return Field(1, [.. Field(1, Encoding.UTF8.GetBytes(text)), 0x15, .. bytes, 0x18, (byte)type]);
    }

    private static byte[] Field(int number, byte[] content)
    {
        var length = new List<byte>();
        for (var rest = content.Length; rest > 0 || length.Count == 0; rest >>= 7)
        {
            length.Add((byte)((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0)));
        }

        return [(byte)((number << 3) | 2), .. length, .. content];
    }
}
