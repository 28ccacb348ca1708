using Simile.Ingestion;
using Simile.Search;

namespace Simile.Hosting;

/// <summary>A store of a .NET host, which a model searches. Checked when the host starts, and then read once.</summary>
/// <remarks>It can be set, because .NET's options are: <c>Configure</c> and <c>PostConfigure</c> change one object after the
/// other.</remarks>
public sealed record SimileStoreOptions
{
    /// <summary>The SQLite file, made where there is none. Either this or <see cref="Open"/> is needed.</summary>
    public string? Path { get; set; }

    /// <summary>Opens a store of another kind in the file's place; the container closes it. Default: null.</summary>
    public Func<IServiceProvider, IChunkStore>? Open { get; set; }

    /// <summary>Whether only its owner may read the file. Default: false.</summary>
    public bool IsPrivate { get; set; }

    /// <summary>How the file's vectors are held in memory and searched. Default: as floats, exactly.</summary>
    public VectorIndexOptions Vectors { get; set; } = new();

    /// <summary>How texts and files are cut into passages.</summary>
    public ChunkerOptions Chunks { get; set; } = new();

    /// <summary>What reads documents of further kinds, such as <c>DocumentFormats.Readers()</c> of Simile.Documents. Default:
    /// none.</summary>
    public IReadOnlyList<IDocumentReader> Readers { get; set; } = [];
}
