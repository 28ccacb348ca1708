using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Simile.Engine.Files;

namespace Simile.Models;

/// <summary>What <c>simile-package.json</c> says of a model folder that was made of a package: which package, and the checksum of each
/// file.</summary>
/// <param name="Package">The package's id.</param>
/// <param name="Version">Its version.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="Sha512">The package's checksum in base 64, as NuGet writes it.</param>
/// <param name="Model">The model's name, <c>org/name</c> where the hub has it too.</param>
/// <param name="Files">The files, by their paths with slashes.</param>
internal sealed record PackageOrigin(
    string Package,
    string Version,
    string Source,
    string Sha512,
    string Model,
    ImmutableSortedDictionary<string, PackagedFile> Files
)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "simile-package.json";

    /// <summary>The package and its version.</summary>
    public string Label => $"{Package} {Version}";

    /// <summary>What a folder says, or null when it was not made of a package.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.PackageDamaged"/> for a file that does not say what it should.</exception>
    public static PackageOrigin? Of(ModelFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (folder.ReadJson(FileName) is not { } root)
        {
            return null;
        }

        try
        {
            var files = root.GetProperty("files")
                .EnumerateObject()
                .ToImmutableSortedDictionary(
                    entry => entry.Name,
                    entry => new PackagedFile(entry.Value.GetProperty("bytes").GetInt64(), Text(entry.Value, "sha256")),
                    StringComparer.Ordinal
                );
            return new PackageOrigin(
                Text(root, "package"),
                Text(root, "version"),
                Text(root, "source"),
                Text(root, "sha512"),
                Text(root, "model"),
                files
            );
        }
        catch (Exception error) when (error is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new SimileException(
                ErrorCode.PackageDamaged,
                $"{folder.File(FileName)} does not say which package the model comes from: {error.Message} Remove the model and pull it "
                    + "again.",
                error
            );
        }
    }

    /// <summary>Writes it into a folder.</summary>
    public void Write(string folder)
    {
        using var stream = File.Create(Path.Combine(folder, FileName));
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("package", Package);
        json.WriteString("version", Version);
        json.WriteString("source", Source);
        json.WriteString("sha512", Sha512);
        json.WriteString("model", Model);
        json.WriteStartObject("files");
        foreach (var (name, file) in Files)
        {
            json.WriteStartObject(name);
            json.WriteNumber("bytes", file.Bytes);
            json.WriteString("sha256", file.Sha256);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Checks that every file is as the package had it.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.PackageDamaged"/>, naming the first one that is not.</exception>
    public async Task VerifyAsync(ModelFolder folder, CancellationToken cancellationToken)
    {
        foreach (var (name, file) in Files)
        {
            var path = folder.File(name.Split('/'));
            var found = RegularFile.Exists(path) ? await PackagedFile.OfAsync(path, cancellationToken).ConfigureAwait(false) : null;
            if (found != file)
            {
                var instead = found is null ? "is missing" : $"has {found.Bytes} bytes and the checksum {found.Sha256}";
                throw new SimileException(
                    ErrorCode.PackageDamaged,
                    $"{path} {instead}, but {Label} brought {file.Bytes} bytes with the checksum {file.Sha256}. Pull the model again."
                );
            }
        }
    }

    private static string Text(JsonElement json, string name) =>
        json.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null.");
}

/// <summary>A file of a package.</summary>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its checksum, in lower-case hexadecimal.</param>
internal sealed record PackagedFile(long Bytes, string Sha256)
{
    /// <summary>Reads a file of the disk.</summary>
    public static async Task<PackagedFile> OfAsync(string path, CancellationToken cancellationToken)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        await using var disposing = stream.ConfigureAwait(false);
        var hash = await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false);
        return new PackagedFile(stream.Length, Convert.ToHexStringLower(hash));
    }
}
