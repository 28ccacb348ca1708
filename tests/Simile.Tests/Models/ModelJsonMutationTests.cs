using System.Text.Json.Nodes;
using Simile.Text;

namespace Simile.Tests.Models;

/// <summary>Every value of every JSON file of a folder is replaced by values of other kinds: the model loads, or says what is wrong with a
/// code.</summary>
public sealed class ModelJsonMutationTests : IDisposable
{
    private static readonly string[] Values = ["null", "\"x\"", "-7", "1e300", "[]", "[null]"];
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("encoders/bert-old-names")]
    [InlineData("encoders/distilbert")]
    [InlineData("encoders/embeddinggemma")]
    [InlineData("encoders/qwen3-embedding")]
    [InlineData("model-files-today/modernbert")]
    [InlineData("model-files-today/prompts-passage-and-document")]
    [InlineData("model-files/lora-patterns")]
    [InlineData("model-files/static-truncation")]
    [InlineData("clip/module")]
    public async Task AValueOfAnotherKindLoadsOrIsACodedError(string model)
    {
        Copy(model);
        foreach (
            var path in Directory
                .GetFiles(_folder.Path, "*.json", SearchOption.AllDirectories)
                .Where(path => Path.GetFileName(path) is not ("tokenizer.json" or "vocab.json"))
        )
        {
            var sound = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
            foreach (var mutated in Mutations(sound))
            {
                await File.WriteAllTextAsync(path, mutated, TestContext.Current.CancellationToken);
                await RequireVectorsOrCodeAsync($"{Path.GetRelativePath(_folder.Path, path)}: {mutated}");
            }

            await File.WriteAllTextAsync(path, sound, TestContext.Current.CancellationToken);
        }
    }

    public void Dispose() => _folder.Dispose();

    private async Task RequireVectorsOrCodeAsync(string what)
    {
        try
        {
            await using var embedder = await TextEmbedder.LoadAsync(
                _folder.Path,
                new TextEmbedderOptions { Threads = 1 },
                TestContext.Current.CancellationToken
            );
            await embedder.EmbedAsync(["ba be"], null, TestContext.Current.CancellationToken);
        }
        catch (Exception error)
        {
            Assert.True(error is SimileException { Code: ['S', 'I', 'M', ..] }, $"{what}\ngives {error}");
        }
    }

    // The root, and every entry of every object within it.
    private static IEnumerable<string> Mutations(string sound)
    {
        var places = Places(JsonNode.Parse(sound)!, []).ToList();
        return Values.Concat(places.SelectMany(place => Values.Select(value => With(sound, place, value))));
    }

    private static IEnumerable<object[]> Places(JsonNode node, object[] path) =>
        node switch
        {
            JsonObject entries => entries.SelectMany(entry => Within(entry.Value, [.. path, entry.Key])),
            JsonArray items => items.Take(2).SelectMany((item, i) => Within(item, [.. path, i])),
            _ => [],
        };

    private static IEnumerable<object[]> Within(JsonNode? value, object[] path) =>
        value is null ? [path] : Places(value, path).Prepend(path);

    private static string With(string sound, object[] place, string value)
    {
        var root = JsonNode.Parse(sound)!;
        var parent = place[..^1].Aggregate(root, (node, step) => step is int index ? node[index]! : node[(string)step]!);
        if (place[^1] is int last)
        {
            parent[last] = JsonNode.Parse(value);
        }
        else
        {
            parent[(string)place[^1]] = JsonNode.Parse(value);
        }

        return root.ToJsonString();
    }

    private void Copy(string name)
    {
        var source = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", name);
        foreach (
            var path in Directory
                .GetFiles(source, "*", SearchOption.AllDirectories)
                .Where(path => Path.GetFileName(path) != "expected.json")
        )
        {
            var target = _folder.File(Path.GetRelativePath(source, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }
}
