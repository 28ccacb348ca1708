using System.IO.Compression;

namespace Simile.Documents.Reading;

/// <summary>A compressed document. What comes out of it is counted while it comes, whatever its directory says.</summary>
internal sealed class FencedZip : IDisposable
{
    private const int MaxEntries = 65_535;
    private const int FreeBytes = 1 << 20;
    private readonly DocumentScope _scope;
    private readonly ZipArchive _archive;

    /// <exception cref="InvalidDataException">It is no archive.</exception>
    /// <exception cref="SimileException"><see cref="ErrorCode.DocumentTooLarge"/>.</exception>
    public FencedZip(DocumentScope scope)
    {
        _scope = scope;
        _archive = new ZipArchive(new MemoryStream(scope.Bytes, writable: false), ZipArchiveMode.Read);
        if (_archive.Entries.Count > MaxEntries)
        {
            throw DocumentBudget.TooLarge(
                $"{scope.Path} holds {_archive.Entries.Count:N0} files, but at most {MaxEntries:N0} are allowed. Do not trust it."
            );
        }
    }

    /// <summary>The names of all files.</summary>
    public IEnumerable<string> Names => _archive.Entries.Select(entry => entry.FullName);

    /// <summary>The contents of a file, or null when there is none of that name.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="SimileException"><see cref="ErrorCode.DocumentTooLarge"/>.</exception>
    public byte[]? Read(string name)
    {
        if (_archive.GetEntry(name) is not { } entry)
        {
            return null;
        }

        using var packed = entry.Open();
        using var contents = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int count; (count = packed.Read(buffer)) > 0; )
        {
            contents.Write(buffer, 0, count);
            _scope.Budget.Expand(count);
            if (contents.Length - FreeBytes > entry.CompressedLength * _scope.Limits.MaxRatio)
            {
                throw DocumentBudget.TooLarge(
                    $"{_scope.Path} holds {name}, which expands to more than {_scope.Limits.MaxRatio} times its size. It may be a bomb; "
                        + "do not trust it."
                );
            }
        }

        return contents.ToArray();
    }

    /// <summary>The contents of a file that must be there.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public byte[] Require(string name) => Read(name) ?? throw new InvalidDataException($"the part {name} is missing.");

    public void Dispose() => _archive.Dispose();
}
