namespace Simile.Engine.Encoders;

/// <summary>Where the first layer's input comes from when it is no table of tokens.</summary>
internal interface IInputRows
{
    /// <summary>Writes the row (H) of a position, counted over all sequences of the run.</summary>
    void Write(int row, Span<float> target);
}
