using Microsoft.Extensions.Options;

namespace Simile.Hosting;

/// <summary>Checks the options when the host starts, and lists all that is wrong with them.</summary>
/// <param name="host">Where the models are.</param>
internal sealed class SimileOptionsValidator(SimileHost host) : IValidateOptions<SimileOptions>
{
    public ValidateOptionsResult Validate(string? name, SimileOptions options)
    {
        var failures = Failures(options).ToArray();
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Failures(SimileOptions options)
    {
        if (options.Model is null == options.Generator is null)
        {
            yield return Invalid(
                $"{nameof(options.Model)} is {options.Model ?? "not set"} and {nameof(options.Generator)} is "
                    + $"{(options.Generator is null ? "not set" : "set")}; expected is one of the two."
            );
        }

        if (options.Threads < 1)
        {
            yield return Invalid($"{nameof(options.Threads)} is {options.Threads}, but at least 1 is needed.");
        }

        if (!Enum.IsDefined(options.Precision))
        {
            yield return Invalid($"{nameof(options.Precision)} is {options.Precision}, which is no precision.");
        }

        foreach (var error in Parts(options).Select(Attempt).OfType<SimileException>())
        {
            yield return error.Message;
        }
    }

    private IEnumerable<Action> Parts(SimileOptions options) =>
        [
            () => options.Batching?.Checked(),
            () => options.ImageBatching?.Checked(),
            () => options.MemoryCache?.Checked(),
            () => options.CacheFileOptions.Checked(),
            () => options.GeneratorOptions.Checked(),
            () => Find(options.Model, options.LoadAtStart),
            () => Find(options.ImageModel, options.LoadAtStart),
        ];

    // A model that is loaded later may be put there later.
    private void Find(string? model, bool isNeeded)
    {
        if (model is { Length: 0 })
        {
            throw new SimileException(ErrorCode.InvalidOption, "A model's name is an empty text. Leave it out, or give it a name.");
        }

        if (model is not null && isNeeded)
        {
            _ = host.Models.Resolve(model);
        }
    }

    /// <summary>Runs a check; what it throws, or null.</summary>
    internal static SimileException? Attempt(Action check)
    {
        try
        {
            check();
            return null;
        }
        catch (SimileException error)
        {
            return error;
        }
    }

    private static string Invalid(string what) => $"{ErrorCode.InvalidOption}: {what}";
}
