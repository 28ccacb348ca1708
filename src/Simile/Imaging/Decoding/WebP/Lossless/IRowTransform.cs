namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>One of the four transforms of a VP8L picture (WebP lossless, 4), undone row after row.</summary>
internal interface IRowTransform
{
    /// <summary>Undoes the transform.</summary>
    /// <param name="y">The row's number; rows come in order.</param>
    /// <param name="row">(W) pixels as ARGB, changed in place. Packed pixels come first in it.</param>
    void Undo(int y, Span<uint> row);
}
