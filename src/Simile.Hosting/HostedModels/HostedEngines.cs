namespace Simile.Hosting.HostedModels;

/// <summary>The engines that were added to a host, by their names.</summary>
/// <param name="engines">The engines; of two with one name the last one counts, as for .NET's services.</param>
internal sealed class HostedEngines(IEnumerable<InferenceEngine> engines)
{
    /// <summary>The engine of a name; null for Simile's own, which has none.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> when none was added under the name.</exception>
    public InferenceEngine? Find(string? name)
    {
        if (name is null)
        {
            return null;
        }

        var added = engines.ToArray();
        return Array.FindLast(added, engine => string.Equals(engine.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new SimileException(
                ErrorCode.InvalidOption,
                $"The engine '{name}' is to compute the model, but "
                    + (
                        added.Length == 0
                            ? "none was added"
                            : $"only {string.Join(", ", added.Select(engine => $"'{engine.Name}'"))} was added"
                    )
                    + ". Add it with AddSimileEngine (the package Simile.OnnxRuntime has 'onnxruntime'), or leave it out for Simile's own."
            );
    }
}
