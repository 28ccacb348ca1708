using System.Text.Json.Nodes;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Tests.Models;

/// <summary>Keys of a model folder that ask for what Simile does not do, are of another kind than they should be, or leave nothing of a
/// text.</summary>
public sealed class ModelKeyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string, string, string> Refused =>
        new()
        {
            { "encoders/bert", "config.json", "quantization_config", """{"quant_method":"bitsandbytes"}""" },
            { "encoders/bert", "config.json", "is_decoder", "true" },
            { "encoders/bert", "config.json", "add_cross_attention", "true" },
            { "encoders/bert", "config.json", "pruned_heads", """{"0":[1]}""" },
            { "encoders/bert", "config.json", "position_embedding_type", "\"relative_key_query\"" },
            { "encoders/bert", "config.json", "layer_norm_eps", "\"1e-12\"" },
            { "encoders/roberta", "config.json", "pad_token_id", "79" },
            { "encoders/roberta", "config.json", "pad_token_id", "-1" },
            { "encoders/roberta", "config.json", "pad_token_id", "\"1\"" },
            { "encoders/modernbert", "config.json", "rope_scaling", """{"rope_type":"linear","factor":2}""" },
            {
                "encoders/modernbert",
                "config.json",
                "rope_parameters",
                """{"full_attention":{"rope_type":"yarn","factor":4,"rope_theta":1000}}"""
            },
            { "encoders/modernbert", "config.json", "layer_types", """["full_attention"]""" },
            { "encoders/modernbert", "config.json", "layer_types", """["full_attention","chunked","full_attention","full_attention"]""" },
            { "encoders/nomic-bert", "config.json", "moe_every_n_layers", "2" },
            { "encoders/nomic-bert", "config.json", "use_rms_norm", "true" },
            { "encoders/nomic-bert", "config.json", "causal", "true" },
            { "encoders/bert", "1_Pooling/config.json", "pooling_mode", """["mean","attention"]""" },
            { "encoders/bert", "1_Pooling/config.json", "pooling_mode", "[]" },
            { "encoders/bert", "1_Pooling/config.json", "pooling_mode", "7" },
            { "encoders/bert", "1_Pooling/config.json", "include_prompt", "\"no\"" },
            { "encoders/bert", "sentence_bert_config.json", "transformer_task", "\"fill-mask\"" },
            { "encoders/bert", "sentence_bert_config.json", "module_output_name", "\"scores\"" },
            { "encoders/bert", "sentence_bert_config.json", "model_args", """{"num_hidden_layers":1}""" },
            { "encoders/bert", "sentence_bert_config.json", "do_lower_case", "\"true\"" },
            { "encoders/bert", "config_sentence_transformers.json", "model_type", "\"SparseEncoder\"" },
            { "encoders/bert", "config_sentence_transformers.json", "prompts", """{"query":7}""" },
            { "encoders/bert", "config_sentence_transformers.json", "default_prompt_name", "\"nothing\"" },
            { "encoders/bert", "config_sentence_transformers.json", "truncate_dim", "-3" },
            { "encoders/distilbert", "2_Dense/config.json", "module_input_name", "\"token_embeddings\"" },
            { "encoders/distilbert", "2_Dense/config.json", "activation_function", "\"torch.nn.modules.activation.Mish\"" },
            { "model-files/lora", "adapter_config.json", "peft_type", "\"IA3\"" },
            { "model-files/lora", "adapter_config.json", "trainable_token_indices", "[4]" },
            { "model-files/lora", "adapter_config.json", "init_lora_weights", "\"pissa\"" },
            { "model-files/lora", "adapter_config.json", "rank_pattern", """{"(":4}""" },
            { "clip/legacy", "config.json", "text_config_dict", """{"num_attention_heads":4}""" },
        };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task AKeyThatIsNotDoneIsRefusedWithItsFile(string model, string file, string key, string value)
    {
        await EditAsync(model, file, key, JsonNode.Parse(value));
        var error = await ExpectErrorAsync();
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
        Assert.Contains(Path.GetFileName(file), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""["Transformer","Pooling","LayerNorm"]""", "LayerNorm")]
    [InlineData("""["Transformer","Dense","Pooling"]""", "Dense")]
    [InlineData("""["Transformer","Pooling","Pooling"]""", "2 poolings")]
    [InlineData("""["Router"]""", "Router")]
    public async Task ModulesThatWouldRunInAnotherWayAreRefused(string types, string named)
    {
        Copy("encoders/bert");
        var modules = JsonNode
            .Parse(types)!
            .AsArray()
            .Select(
                (type, i) =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["idx"] = i,
                            ["path"] = i == 0 ? string.Empty : "1_Pooling",
                            ["type"] = $"sentence_transformers.models.{type}",
                        }
            );
        await File.WriteAllTextAsync(_folder.File("modules.json"), new JsonArray([.. modules]).ToJsonString(), Token);
        Assert.Contains(named, (await ExpectErrorAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CodeOfTheAuthorIsNotTakenForAModule()
    {
        Copy("encoders/bert");
        var text = await File.ReadAllTextAsync(_folder.File("modules.json"), Token);
        await File.WriteAllTextAsync(
            _folder.File("modules.json"),
            text.Replace("sentence_transformers.models.Transformer", "custom_st.Transformer", StringComparison.Ordinal),
            Token
        );
        Assert.Contains("custom_st.Transformer", (await ExpectErrorAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAdapterThatBelongsElsewhereIsRefused()
    {
        Copy("model-files/lora");
        Copy("encoders/distilbert", but: "adapter_*");
        Assert.Contains("belongs to no part", (await ExpectErrorAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAdapterAloneNamesTheBaseThatItNeeds()
    {
        Copy("model-files/lora");
        File.Delete(_folder.File("model.safetensors"));
        File.Delete(_folder.File("config.json"));
        var error = await ExpectErrorAsync();
        Assert.Equal(ErrorCode.ModelNotFound, error.Code);
        Assert.Contains("'org/base'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAdapterAloneIsMergedIntoItsBase()
    {
        Copy("model-files/lora");
        var whole = await EmbedAsync(["ba be bi"]);
        using var alone = new TemporaryFolder();
        foreach (var name in new[] { "adapter_config.json", "adapter_model.safetensors" })
        {
            File.Move(_folder.File(name), alone.File(name));
        }

        var config = JsonNode.Parse(await File.ReadAllTextAsync(alone.File("adapter_config.json"), Token))!;
        config["base_model_name_or_path"] = _folder.Path;
        await File.WriteAllTextAsync(alone.File("adapter_config.json"), config.ToJsonString(), Token);
        await using var embedder = await TextEmbedder.LoadAsync(alone.Path, null, Token);
        Assert.Equal(whole, (await embedder.EmbedAsync(["ba be bi"], null, Token))[0].ToArray());
        Assert.Contains(embedder.Notes, note => note.Contains(_folder.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ATokenBeyondTheTableIsOneFailedRow()
    {
        Copy("encoders/bert");
        var file = JsonNode.Parse(await File.ReadAllTextAsync(_folder.File("tokenizer.json"), Token))!;
        file["added_tokens"]!
            .AsArray()
            .Add(
                JsonNode.Parse(
                    """{"id":64,"content":"[extra]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}"""
                )
            );
        await File.WriteAllTextAsync(_folder.File("tokenizer.json"), file.ToJsonString(), Token);
        await using var embedder = await TextEmbedder.LoadAsync(_folder.Path, null, Token);
        var batch = await embedder.EmbedAsync(["ba be", "ba [extra] be", "bi"], null, Token);
        Assert.Equal([true, false, true], batch.Outcomes.ToArray().Select(outcome => outcome.Succeeded));
        Assert.Contains("[extra]", batch.Outcomes[1].Error!.Message, StringComparison.Ordinal);
        Assert.Contains(embedder.Notes, note => note.Contains("65 entries", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ALimitThatLeavesNothingOfATextIsRefusedWithBothValues()
    {
        await EditAsync("encoders/bert", "config_sentence_transformers.json", "prompts", JsonNode.Parse("""{"query":"ba be bi "}"""));
        var error = await Assert.ThrowsAsync<SimileException>(() =>
            TextEmbedder.LoadAsync(_folder.Path, new TextEmbedderOptions { MaxTokens = 2 }, Token)
        );
        Assert.Equal(ErrorCode.InvalidOption, error.Code);
        Assert.Contains("limit is 2 tokens", error.Message, StringComparison.Ordinal);
        await using var embedder = await TextEmbedder.LoadAsync(_folder.Path, null, Token);
        var call = await Assert.ThrowsAsync<SimileException>(() =>
            embedder.EmbedAsync(["da"], new EmbedOptions { MaxTokens = 5, Purpose = EmbedPurpose.Query }, Token).AsTask()
        );
        Assert.Contains("5 stand in every text", call.Message, StringComparison.Ordinal);
        Assert.True(
            (await embedder.EmbedAsync(["da"], new EmbedOptions { MaxTokens = 6, Purpose = EmbedPurpose.Query }, Token))
                .Outcomes[0]
                .Succeeded
        );
        Assert.True((await embedder.EmbedAsync(["da"], new EmbedOptions { MaxTokens = 3 }, Token)).Outcomes[0].Succeeded);
    }

    [Theory]
    [InlineData("e5-small-v2", null, null, "by the folder's name")]
    [InlineData("intfloat_e5-small-v2", null, null, "by the folder's name")]
    [InlineData("mine", "---\nmodel-index:\n- name: e5-small-v2\n  results: []\n---\n", null, "by its card")]
    [InlineData("mine", null, "intfloat/e5-small-v2", "_name_or_path")]
    public async Task PromptsOfAKnownModelDoNotDependOnItsPlace(string name, string? card, string? origin, string how)
    {
        await EditAsync("encoders/bert", "config.json", "_name_or_path", origin);
        var folder = _folder.File("..", $"{Path.GetFileName(_folder.Path)}-{Guid.NewGuid():N}", name);
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        Directory.Move(_folder.Path, folder);
        try
        {
            if (card is not null)
            {
                await File.WriteAllTextAsync(Path.Combine(folder, "README.md"), card, Token);
            }

            await using var embedder = await TextEmbedder.LoadAsync(folder, null, Token);
            Assert.Contains(
                embedder.Notes,
                note => note.Contains(how, StringComparison.Ordinal) && note.Contains("\"query: \"", StringComparison.Ordinal)
            );
            await File.WriteAllTextAsync(
                Path.Combine(folder, "config_sentence_transformers.json"),
                """{"prompts":{"query":"","document":""}}""",
                Token
            );
            await using var own = await TextEmbedder.LoadAsync(folder, null, Token);
            Assert.DoesNotContain(own.Notes, note => note.Contains("query: ", StringComparison.Ordinal));
            Assert.NotEqual(embedder.Recipe, own.Recipe);
        }
        finally
        {
            Directory.Move(folder, _folder.Path);
            Directory.Delete(Path.GetDirectoryName(folder)!);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<float[]> EmbedAsync(string[] texts)
    {
        await using var embedder = await TextEmbedder.LoadAsync(_folder.Path, null, Token);
        return (await embedder.EmbedAsync(texts, null, Token))[0].ToArray();
    }

    private async Task EditAsync(string model, string file, string key, JsonNode? value)
    {
        Copy(model);
        var root = File.Exists(_folder.File(file))
            ? JsonNode.Parse(await File.ReadAllTextAsync(_folder.File(file), Token))!.AsObject()
            : [];
        root[key] = value;
        await File.WriteAllTextAsync(_folder.File(file), root.ToJsonString(), Token);
    }

    private async Task<SimileException> ExpectErrorAsync() =>
        await Assert.ThrowsAsync<SimileException>(() => TextEmbedder.LoadAsync(_folder.Path, null, Token));

    private void Copy(string name, string but = "expected.json")
    {
        var source = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", name);
        foreach (var path in Directory.GetFiles(source, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != but))
        {
            var target = _folder.File(Path.GetRelativePath(source, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target, overwrite: true);
        }
    }
}
