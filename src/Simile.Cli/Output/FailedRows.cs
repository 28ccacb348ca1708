namespace Simile.Cli.Output;

/// <summary>Says on standard error which inputs have no vector (or no score), by their names; the first ones each, the others as a
/// number.</summary>
/// <param name="result">What they have not.</param>
internal sealed class FailedRows(string result = "a vector")
{
    private const int Told = 20;

    /// <summary>Inputs that failed.</summary>
    public long Count { get; private set; }

    public void Add(string name, SimileException error)
    {
        if (++Count <= Told)
        {
            Console.Error.WriteLine($"{SafeText.Line(name)}: {error.Code}: {SafeText.Line(error.Description)}");
        }
    }

    /// <summary>Says how many more there were.</summary>
    /// <returns>The exit code.</returns>
    public int Tell()
    {
        if (Count > Told)
        {
            Console.Error.WriteLine($"… and {Count - Told} more without {result}");
        }

        return Count > 0 ? 1 : 0;
    }
}
