using System.Text;
using System.Text.Json.Nodes;
using Simile.Text;

namespace Simile.Tests.Models;

/// <summary>Model folders that are damaged or lie: a coded error, never a crash, a hang or a foreign exception.</summary>
public sealed class HostileCheckpointTests : IDisposable
{
    private const int Mutations = 400;
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Configs =>
        new()
        {
            { "hidden_size", "99999999" },
            { "hidden_size", "64" },
            { "hidden_size", "-60" },
            { "hidden_size", "\"60\"" },
            { "hidden_size", "60.5" },
            { "num_attention_heads", "7" },
            { "num_attention_heads", "0" },
            { "num_hidden_layers", "99999999" },
            { "num_hidden_layers", "3" },
            { "intermediate_size", "71" },
            { "intermediate_size", "2147483647" },
            { "max_position_embeddings", "1152921504606846976" },
            { "max_position_embeddings", "639" },
            { "hidden_act", "\"tango\"" },
            { "hidden_act", "null" },
            { "position_embedding_type", "\"relative_key\"" },
            { "model_type", "\"gpt2\"" },
            { "type_vocab_size", "3" },
        };

    [Theory]
    [MemberData(nameof(Configs))]
    public async Task AConfigurationThatDoesNotFitIsAnError(string entry, string value)
    {
        Copy("encoders/bert");
        var path = _folder.File("model", "config.json");
        var config = JsonNode.Parse(await File.ReadAllTextAsync(path, Token))!;
        config[entry] = JsonNode.Parse(value);
        await File.WriteAllTextAsync(path, config.ToJsonString(), Token);
        await ExpectErrorAsync();
    }

    public static TheoryData<string, string> ClipConfigs =>
        new()
        {
            { "hidden_size", "64" },
            { "hidden_size", "\"48\"" },
            { "hidden_size", "99999996" },
            { "num_attention_heads", "7" },
            { "num_attention_heads", "0" },
            { "num_hidden_layers", "2" },
            { "num_hidden_layers", "4" },
            { "num_hidden_layers", "99999999" },
            { "intermediate_size", "100" },
            { "intermediate_size", "null" },
            { "max_position_embeddings", "76" },
            { "max_position_embeddings", "-1" },
            { "hidden_act", "\"tango\"" },
            { "eos_token_id", "7" },
        };

    [Theory]
    [MemberData(nameof(ClipConfigs))]
    public async Task ATextConfigurationThatDoesNotFitIsAnError(string entry, string value)
    {
        Copy("clip/legacy");
        var path = _folder.File("model", "config.json");
        var config = JsonNode.Parse(await File.ReadAllTextAsync(path, Token))!;
        config["text_config"]![entry] = JsonNode.Parse(value);
        await File.WriteAllTextAsync(path, config.ToJsonString(), Token);
        await ExpectErrorAsync();
    }

    [Theory]
    [InlineData("../outside.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/part.safetensors")]
    [InlineData("..\\outside.safetensors")]
    [InlineData("model.bin")]
    [InlineData("")]
    [InlineData("missing.safetensors")]
    public async Task AnIndexNeverLeadsOutOfItsFolder(string file)
    {
        Copy("encoders/bert-old-names");
        var index = new JsonObject { ["weight_map"] = new JsonObject { ["bert.embeddings.word_embeddings.weight"] = file } };
        await File.WriteAllTextAsync(_folder.File("model", "model.safetensors.index.json"), index.ToJsonString(), Token);
        await ExpectErrorAsync();
    }

    [Theory]
    [InlineData("model.safetensors", "")]
    [InlineData("modules.json", "[{\"type\":\"sentence_transformers.models.Transformer\",\"path\":\"../..\"}]")]
    [InlineData(
        "modules.json",
        "[{\"type\":\"sentence_transformers.models.Transformer\",\"path\":\"\"},"
            + "{\"type\":\"sentence_transformers.models.WordWeights\",\"path\":\"1\"}]"
    )]
    [InlineData("modules.json", "[{\"type\":1,\"path\":\"\"}]")]
    [InlineData("modules.json", "[7]")]
    [InlineData("modules.json", "[{\"type\":\"a.b.Asym\",\"path\":\"\"}]")]
    [InlineData("1_Pooling/config.json", "{\"pooling_mode\":[]}")]
    [InlineData("1_Pooling/config.json", "{\"pooling_mode\":\"attention\"}")]
    [InlineData("config.json", "{")]
    [InlineData("config.json", "[]")]
    [InlineData("config.json", "null")]
    public async Task AFileThatIsNotWhatItShouldBeIsAnError(string name, string content)
    {
        Copy("encoders/bert");
        await File.WriteAllTextAsync(_folder.File("model", name), content, Token);
        await ExpectErrorAsync();
    }

    [Fact]
    public async Task ALinkThatLeadsToItselfIsAnError()
    {
        Copy("encoders/bert");
        var path = _folder.File("model", "model.safetensors");
        File.Delete(path);
        File.CreateSymbolicLink(path, path);
        await ExpectErrorAsync();
    }

    [Fact]
    public async Task WeightsInPicklesAreRefusedWithAWayOut()
    {
        Copy("encoders/bert");
        File.Move(_folder.File("model", "model.safetensors"), _folder.File("model", "pytorch_model.bin"));
        Assert.Contains("safe_serialization", (await ExpectErrorAsync()).Message);
    }

    [Fact]
    public async Task WeightsThatAreNotFiniteGiveAnErrorForEachText()
    {
        Copy("encoders/bert");
        var path = _folder.File("model", "model.safetensors");
        var bytes = await File.ReadAllBytesAsync(path, Token);
        BitConverter.GetBytes(float.NaN).CopyTo(bytes, bytes.Length - 4);
        await File.WriteAllBytesAsync(path, bytes, Token);
        await using var embedder = await TextEmbedder.LoadAsync(_folder.File("model"), null, Token);
        var batch = await embedder.EmbedAsync(["ba", "de"], null, Token);
        Assert.All(batch.Outcomes.ToArray(), outcome => Assert.Equal(ErrorCode.InvalidVector, outcome.Error?.Code));
    }

    /// <summary>A few bytes of the header or of a configuration are changed at random, hundreds of times.</summary>
    [Theory]
    [InlineData("encoders/bert", "model.safetensors", 4000)]
    [InlineData("encoders/bert", "config.json", 400)]
    [InlineData("encoders/bert", "modules.json", 400)]
    [InlineData("encoders/bert", "1_Pooling/config.json", 200)]
    [InlineData("clip/legacy", "model.safetensors", 8000)]
    [InlineData("clip/legacy", "config.json", 900)]
    [InlineData("clip/module", "modules.json", 100)]
    [InlineData("clip/siglip", "config.json", 600)]
    public async Task MutatedFilesLoadOrGiveACodedError(string model, string name, int range)
    {
        Copy(model);
        var path = _folder.File("model", name);
        var sound = await File.ReadAllBytesAsync(path, Token);
        var random = new Random(17);
        for (var i = 0; i < Mutations; i++)
        {
            var mutated = Mutate(sound, Math.Min(range, sound.Length), random);
            await File.WriteAllBytesAsync(path, mutated, Token);
            try
            {
                await using var embedder = await TextEmbedder.LoadAsync(_folder.File("model"), null, Token);
                await embedder.EmbedAsync(["ba de fi"], null, Token);
            }
            catch (SimileException error)
            {
                Assert.StartsWith("SIM", error.Code);
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] Mutate(byte[] sound, int range, Random random)
    {
        var bytes = sound.ToArray();
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            switch (random.Next(4))
            {
                case 0:
                    bytes[random.Next(range)] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[random.Next(range)] = (byte)"0123456789-{}[]\",:"[random.Next(18)];
                    break;
                case 2:
                    bytes = bytes[..random.Next(bytes.Length)];
                    range = Math.Min(range, Math.Max(1, bytes.Length));
                    bytes = bytes.Length == 0 ? [0] : bytes;
                    break;
                default:
                    var at = random.Next(range);
                    bytes = [.. bytes.AsSpan(0, at), .. Encoding.UTF8.GetBytes(random.Next().ToString()), .. bytes.AsSpan(at)];
                    break;
            }
        }

        return bytes;
    }

    private async Task<SimileException> ExpectErrorAsync() =>
        await Assert.ThrowsAsync<SimileException>(() => TextEmbedder.LoadAsync(_folder.File("model"), null, Token));

    private void Copy(string name)
    {
        var source = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", name);
        foreach (var path in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(_folder.File("model"), Path.GetRelativePath(source, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }
}
