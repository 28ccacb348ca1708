using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Simile.Batching;
using Simile.Caching;
using Simile.Hosting.Generators;
using Simile.Hosting.Stacks;
using Simile.Hosting.Telemetry;
using Simile.Models;
using Simile.Sqlite;

namespace Simile.Hosting;

/// <summary>Refuses settings of the section "Simile" that nobody knows: .NET's binder passes over them in silence, and a misspelled limit is no limit.</summary>
/// <param name="registrations">What was added; each may have a section of its own by its name.</param>
/// <param name="services">Where the configuration is, if there is one.</param>
internal sealed class ConfigurationValidator(IEnumerable<SimileRegistration> registrations, IServiceProvider services) : IValidateOptions<SimileOptions>
{
    private const string Section = "Simile";
    private const string Telemetry = "Telemetry";
    private static readonly string[] Own = [.. typeof(SimileOptions).GetProperties().Select(property => property.Name)];
    private static readonly string[] OfBatching = [.. typeof(BatchingOptions).GetProperties().Select(property => property.Name)];
    private static readonly Dictionary<string, string[]> Nested = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(SimileOptions.Batching)] = OfBatching,
        [nameof(SimileOptions.ImageBatching)] = OfBatching,
        [nameof(SimileOptions.MemoryCache)] = [.. typeof(MemoryCacheOptions).GetProperties().Select(property => property.Name)],
        [nameof(SimileOptions.CacheFileOptions)] = [.. typeof(SqliteCacheOptions).GetProperties().Select(property => property.Name)],
        [nameof(SimileOptions.GeneratorOptions)] = [.. typeof(GeneratorEmbedderOptions).GetProperties().Select(property => property.Name)],
        [Telemetry] = [.. typeof(TelemetryOptions).GetProperties().Select(property => property.Name)],
    };

    public ValidateOptionsResult Validate(string? name, SimileOptions options)
    {
        var names = registrations.Select(registration => registration.OptionsName).Where(own => own.Length > 0).ToArray();
        var section = services.GetService<IConfiguration>()?.GetSection(Section);
        string[] unknown = section is null ? [] : [.. Unknown(section, [.. Own, Telemetry, .. names], names)];
        return unknown.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(unknown);
    }

    private static IEnumerable<string> Unknown(IConfigurationSection section, string[] known, string[] models)
    {
        foreach (var child in section.GetChildren())
        {
            var inner = Nested.TryGetValue(child.Key, out var parts) ? Unknown(child, parts, [])
                : models.Contains(child.Key, StringComparer.OrdinalIgnoreCase) ? Unknown(child, Own, [])
                : known.Contains(child.Key, StringComparer.OrdinalIgnoreCase) ? []
                : [Refusal(child, known)];
            foreach (var failure in inner)
            {
                yield return failure;
            }
        }
    }

    private static string Refusal(IConfigurationSection child, string[] known)
    {
        var near = NearNames.Find(child.Key, known);
        var advice = near.Count > 0 ? $"Did you mean '{near[0]}'?" : $"Known are {string.Join(", ", known.Order(StringComparer.Ordinal))}.";
        return $"{ErrorCode.InvalidOption}: The setting '{child.Path}' is known to nobody. {advice}";
    }
}
