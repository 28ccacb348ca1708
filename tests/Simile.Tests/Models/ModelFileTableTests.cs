using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Simile.Models;
using Simile.Text;

namespace Simile.Tests.Models;

/// <summary>docs/model-files.md and the table in the code say the same, and what neither knows is named.</summary>
public sealed partial class ModelFileTableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void PageAndCodeHaveTheSameRows()
    {
        var page = Rows(File.ReadAllLines(RepositoryRoot.Find("docs", "model-files.md"))).ToList();
        var code = ModelFileTable
            .FileRows.SelectMany(row => row.Names.Select(name => $"Files|{name}|{Word(row.Effect)}"))
            .Concat(
                ModelFileTable.KeyRows.SelectMany(row =>
                    row.Keys.Select(key =>
                        $"{row.File}{(row.Kinds.Length == 0 ? string.Empty : ": " + row.Kinds)}|{key}|{Word(row.Effect)}"
                    )
                )
            )
            .ToList();
        Assert.True(page.Count > 400);
        Assert.Empty(page.Except(code));
        Assert.Empty(code.Except(page));
        Assert.Equal(page.Count, page.Distinct().Count());
        Assert.Equal(code.Count, code.Distinct().Count());
    }

    [Fact]
    public void NoKeyHasTwoEffectsForOneKind()
    {
        var keys = ModelFileTable.KeyRows.SelectMany(row =>
            row.Kinds.Split(", ").SelectMany(kind => row.Keys.Select(key => (row.File, kind, key)))
        );
        Assert.Empty(keys.GroupBy(key => key).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    public static TheoryData<string> Checkpoints =>
        [
            .. new[] { "encoders", "clip", "vision", "joint" }
                .SelectMany(kind => Directory.GetDirectories(RepositoryRoot.Find("tests", "Simile.Tests", "Reference", kind)))
                .Where(path => !Path.GetFileName(path).StartsWith("vision", StringComparison.Ordinal))
                .Select(path => Path.Combine(Path.GetFileName(Path.GetDirectoryName(path)!), Path.GetFileName(path))),
        ];

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void AReferenceCheckpointHasNoUnknownKey(string name)
    {
        Copy(name);
        File.Delete(_folder.File("expected.json"));
        Assert.Empty(ModelFileTable.NotesOf(ModelFolder.Open(_folder.Path)));
    }

    [Theory]
    [InlineData("simile-text-mini")]
    [InlineData("simile-image-mini")]
    public void AShippedModelHasNoUnknownKey(string name) =>
        Assert.Empty(ModelFileTable.NotesOf(ModelFolder.Open(RepositoryRoot.Find("models", name))));

    [Theory]
    [InlineData("config.json", "frobnicate")]
    [InlineData("1_Pooling/config.json", "pooling_mode_attention")]
    [InlineData("sentence_bert_config.json", "frobnicate")]
    [InlineData("config_sentence_transformers.json", "frobnicate")]
    public async Task AKeyThatNobodyKnowsIsNamed(string file, string key)
    {
        Copy("encoders/bert");
        File.Delete(_folder.File("expected.json"));
        var root = File.Exists(_folder.File(file))
            ? JsonNode.Parse(await File.ReadAllTextAsync(_folder.File(file), Token))!.AsObject()
            : [];
        root[key] = 1;
        await File.WriteAllTextAsync(_folder.File(file), root.ToJsonString(), Token);
        await using var embedder = await TextEmbedder.LoadAsync(_folder.Path, null, Token);
        var note = Assert.Single(embedder.Notes);
        Assert.Contains($"'{key}' of {file}", note.Replace('\\', '/'), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NestedKeysAndFilesThatNobodyKnowsAreNamed()
    {
        Copy("clip/legacy");
        File.Move(_folder.File("expected.json"), _folder.File("mystery.json"));
        var config = JsonNode.Parse(await File.ReadAllTextAsync(_folder.File("config.json"), Token))!;
        config["text_config"]!["frobnicate"] = true;
        config["vision_config"]!["window"] = 7;
        config["unset"] = null;
        await File.WriteAllTextAsync(_folder.File("config.json"), config.ToJsonString(), Token);
        await using var embedder = await TextEmbedder.LoadAsync(_folder.Path, null, Token);
        var note = Assert.Single(embedder.Notes);
        Assert.Contains(
            "'text_config.frobnicate' of config.json, 'vision_config.window' of config.json, mystery.json.",
            note,
            StringComparison.Ordinal
        );
    }

    public void Dispose() => _folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Word(KeyEffect effect) =>
        effect switch
        {
            KeyEffect.Followed => "followed",
            KeyEffect.Refused => "refused",
            _ => "no effect",
        };

    // A heading names the file and the kinds of networks; a row has names in backquotes, an effect, and why.
    private static IEnumerable<string> Rows(IEnumerable<string> lines)
    {
        var heading = string.Empty;
        foreach (var line in lines)
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                heading = line[3..]
                    .Replace("`", string.Empty, StringComparison.Ordinal)
                    .Replace(": every kind", string.Empty, StringComparison.Ordinal);
            }
            else if (line.StartsWith("| `", StringComparison.Ordinal))
            {
                var cells = line.Split('|');
                foreach (Match name in QuotedPattern().Matches(cells[1]))
                {
                    yield return $"{heading}|{name.Groups[1].Value}|{cells[2].Trim()}";
                }
            }
        }
    }

    private void Copy(string name)
    {
        var source = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", name);
        foreach (var path in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = _folder.File(Path.GetRelativePath(source, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex QuotedPattern();
}
