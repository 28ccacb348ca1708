using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Simile.Hosting.Stacks;

namespace Simile.Hosting;

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
