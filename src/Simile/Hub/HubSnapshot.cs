using System.Globalization;
using System.Text.RegularExpressions;
using Simile.Engine.Files;
using Simile.Models;

namespace Simile.Hub;

/// <summary>A model repository in the cache, at one commit.</summary>
/// <param name="Id">The repository, <c>org/name</c>.</param>
/// <param name="Revision">The branch or tag that points to it, or null when none does.</param>
/// <param name="Commit">The full commit hash.</param>
/// <param name="Folder">The folder with its files.</param>
public sealed partial record HubSnapshot(string Id, string? Revision, string Commit, string Folder)
{
    /// <summary>Whether it holds a model: a configuration, and weights without a missing part.</summary>
    public bool IsModel =>
        Directory.Exists(Folder) && (Has("config.json") || Has("modules.json") || Has("adapter_config.json")) && HasWeights();

    /// <summary>The size of all its files, those behind links included.</summary>
    public long CountBytes() =>
        Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Where(RegularFile.IsRegular).Sum(RegularFile.LengthOf);

    private bool Has(string name) => RegularFile.IsRegular(Path.Combine(Folder, name));

    // Python fetches single files too, and a pull may have been stopped.
    private bool HasWeights()
    {
        var names = Directory
            .EnumerateFiles(Folder, "*.safetensors", SearchOption.AllDirectories)
            .Where(RegularFile.IsRegular)
            .Select(path => Path.GetFileName(path)!)
            .ToList();
        var shards = names
            .Select(name => ShardPattern().Match(name))
            .Where(match => match.Success)
            .Select(match => int.Parse(match.Groups["of"].Value, CultureInfo.InvariantCulture))
            .ToList();
        return names.Count > shards.Count || (shards.Count > 0 && shards.Count == shards[0]) || Checkpoint.FindOnnx(Folder) is not null;
    }

    [GeneratedRegex(@"-[0-9]+-of-(?<of>[0-9]{1,6})\.safetensors\z")]
    private static partial Regex ShardPattern();
}
