using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Simile.Hosting.HostedModels;
using Simile.Models;

namespace Simile.Hosting;

/// <summary>Checks the options when the host starts, and lists all that is wrong with them.</summary>
/// <param name="host">Where the models are.</param>
/// <param name="engines">The engines by name.</param>
internal sealed class SimileOptionsValidator(SimileHost host, HostedEngines engines) : IValidateOptions<SimileOptions>
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
            () => engines.Find(options.Engine),
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

/// <summary>Refuses settings of the section "Simile" that nobody knows: .NET's binder passes over them in silence, and a misspelled limit
/// is no limit.</summary>
/// <param name="registrations">What was added; each may have a section of its own by its name.</param>
/// <param name="services">Where the configuration is, if there is one.</param>
internal sealed class ConfigurationValidator(IEnumerable<SimileRegistration> registrations, IServiceProvider services)
    : IValidateOptions<SimileOptions>
{
    private const string Section = "Simile";

    public ValidateOptionsResult Validate(string? name, SimileOptions options)
    {
        var section = services.GetService<IConfiguration>()?.GetSection(Section);
        string[] unknown = section is null
            ? []
            :
            [
                .. SimileSettings.Unknown(
                    section,
                    [.. registrations.Select(registration => registration.OptionsName).Where(own => own.Length > 0)]
                ),
            ];
        return unknown.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(unknown);
    }
}

/// <summary>Checks the options of a reranker when the host starts, and lists all that is wrong with them.</summary>
/// <param name="host">Where the models are.</param>
/// <param name="engines">The engines by name.</param>
internal sealed class SimileRerankerOptionsValidator(SimileHost host, HostedEngines engines) : IValidateOptions<SimileRerankerOptions>
{
    public ValidateOptionsResult Validate(string? name, SimileRerankerOptions options)
    {
        var failures = Checks(options)
            .Select(SimileOptionsValidator.Attempt)
            .OfType<SimileException>()
            .Select(error => error.Message)
            .ToArray();
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<Action> Checks(SimileRerankerOptions options) =>
        [
            () => RequireModel(options),
            () => options.OfModel(engines.Find(options.Engine)).Checked(),
            () => RequirePrecision(options.Precision),
        ];

    // A model that is loaded later may be put there later.
    private void RequireModel(SimileRerankerOptions options)
    {
        if (string.IsNullOrEmpty(options.Model))
        {
            var given = options.Model is null ? "not set" : "an empty text";
            throw Invalid(
                $"{nameof(options.Model)} of the reranker is {given}, but a name, folder or repository is needed; none comes with Simile."
            );
        }

        if (options.LoadAtStart && host.Models.Resolve(options.Model) is var folder && !PairScoring.Is(folder))
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{options.Model} is no reranker: it does not score pairs of texts. Name one that does, such as "
                    + "cross-encoder/ms-marco-MiniLM-L6-v2."
            );
        }
    }

    private static void RequirePrecision(ComputePrecision precision)
    {
        if (!Enum.IsDefined(precision))
        {
            throw Invalid($"{nameof(SimileRerankerOptions.Precision)} is {precision}, which is no precision.");
        }
    }

    private static SimileException Invalid(string what) => new(ErrorCode.InvalidOption, what);
}
