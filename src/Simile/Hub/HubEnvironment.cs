using System.Text.RegularExpressions;
using Simile.Engine.Files;

namespace Simile.Hub;

/// <summary>The variables and files by which huggingface_hub is set up; Simile reads the same ones.</summary>
/// <param name="variable">Reads an environment variable; null when it is not set.</param>
/// <param name="home">The user's home folder.</param>
/// <remarks>HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME, HF_ENDPOINT, HF_TOKEN, HF_TOKEN_PATH, HF_HUB_DISABLE_IMPLICIT_TOKEN, HF_HUB_OFFLINE, and
/// their older names. Paths may begin with ~ and hold $VARIABLES, as there.</remarks>
public sealed partial class HubEnvironment(Func<string, string?> variable, string home)
{
    /// <summary>The cache's folder: $HF_HUB_CACHE, or $HF_HOME/hub, or ~/.cache/huggingface/hub.</summary>
    public string CacheFolder => Folder("HF_HUB_CACHE") ?? Folder("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(Home, "hub");

    private string Home => Folder("HF_HOME") ?? Path.Combine(Folder("XDG_CACHE_HOME") ?? Path.Combine(home, ".cache"), "huggingface");

    /// <summary>The variables and the user of this process.</summary>
    public static HubEnvironment OfThisMachine() =>
        new(Environment.GetEnvironmentVariable, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    /// <summary>All options.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> when a variable makes no sense.</exception>
    public HubOptions ReadOptions()
    {
        var address = (Value("HF_ENDPOINT") ?? "https://huggingface.co").TrimEnd('/');
        if (!Uri.TryCreate(address, UriKind.Absolute, out var endpoint))
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"HF_ENDPOINT is '{address}'; expected is an address such as https://huggingface.co."
            );
        }

        return new HubOptions
        {
            Endpoint = endpoint,
            CacheFolder = CacheFolder,
            Token = ReadToken(),
            Offline = IsOn("HF_HUB_OFFLINE") || IsOn("TRANSFORMERS_OFFLINE"),
        }.Checked();
    }

    private string? ReadToken()
    {
        if (IsOn("HF_HUB_DISABLE_IMPLICIT_TOKEN"))
        {
            return null;
        }

        if ((Value("HF_TOKEN") ?? Value("HUGGING_FACE_HUB_TOKEN")) is { } named)
        {
            return named;
        }

        var path = Folder("HF_TOKEN_PATH") ?? Path.Combine(Home, "token");
        return RegularFile.Exists(path) && RegularFile.ReadAllText(path).Trim() is { Length: > 0 } stored ? stored : null;
    }

    private string? Folder(string name) =>
        Value(name) is { } path
            ? Path.GetFullPath(Expanded(path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? home + path[1..] : path))
            : null;

    // As in a shell; a variable that is not set stays as it is written.
    private string Expanded(string path) =>
        VariablePattern()
            .Replace(path, match => variable(match.Groups["name"].Value) ?? (match.Groups["name"].Value == "HOME" ? home : match.Value));

    private bool IsOn(string name) => Value(name)?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";

    private string? Value(string name) => variable(name)?.Trim() is { Length: > 0 } value ? value : null;

    [GeneratedRegex(@"\$\{?(?<name>[A-Za-z_][A-Za-z0-9_]*)\}?")]
    private static partial Regex VariablePattern();
}
