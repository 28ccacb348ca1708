using Simile.Vectors.Files;

namespace Simile.Pipelines.Bulk;

/// <summary>Where a bulk embedding writes its rows, so that after a crash they are there up to a position that it knows.</summary>
public interface IBulkOutput : IDisposable
{
    /// <summary>Where the run that is continued had come to; <see cref="BulkPosition.Start"/> for a new one.</summary>
    BulkPosition Position { get; }

    /// <summary>Writes rows.</summary>
    /// <param name="rows">The rows, from <see cref="BulkPosition.Rows"/> of the last position on.</param>
    /// <param name="after">The position after them.</param>
    void Append(IReadOnlyList<VectorRow> rows, BulkPosition after);

    /// <summary>Makes all that was written last, whatever happens to the process or the machine.</summary>
    void Commit();

    /// <summary>Makes the output whole, in its final place.</summary>
    void Complete();
}
