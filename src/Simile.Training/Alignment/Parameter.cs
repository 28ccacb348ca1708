using Simile.Training.Static;

namespace Simile.Training.Alignment;

/// <summary>A trained matrix with its gradient and its moments.</summary>
internal sealed class Parameter
{
    private readonly SparseAdam _adam;

    public Parameter(string name, int rows, int columns)
    {
        (Name, Values, Gradient) = (name, new PinnedMatrix(rows, columns), new PinnedMatrix(rows, columns));
        _adam = new SparseAdam(Values);
    }

    public string Name { get; }

    public PinnedMatrix Values { get; }

    public PinnedMatrix Gradient { get; }

    /// <summary>Everything that a resumed training needs of it.</summary>
    public IEnumerable<(string Name, PinnedMatrix Matrix)> State =>
        [(Name, Values), (Name + ".first", _adam.First), (Name + ".second", _adam.Second)];

    /// <summary>Moves the values against the gradient.</summary>
    public void Update(float rate, long step)
    {
        for (var row = 0; row < Values.Rows; row++)
        {
            _adam.Update(row, Gradient.Row(row), rate, step);
        }
    }
}
