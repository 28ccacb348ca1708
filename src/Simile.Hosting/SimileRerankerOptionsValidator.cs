using Microsoft.Extensions.Options;
using Simile.Models;

namespace Simile.Hosting;

/// <summary>Checks the options of a reranker when the host starts, and lists all that is wrong with them.</summary>
/// <param name="host">Where the models are.</param>
internal sealed class SimileRerankerOptionsValidator(SimileHost host) : IValidateOptions<SimileRerankerOptions>
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
        [() => RequireModel(options), () => options.OfModel().Checked(), () => RequirePrecision(options.Precision)];

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
