using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Simile.Batching;
using Simile.Caching;
using Simile.Hosting.Generators;
using Simile.Hosting.Telemetry;
using Simile.Models;
using Simile.Sqlite;

namespace Simile.Hosting;

/// <summary>The settings that a section of a configuration may hold, and how options are read from them. .NET's own binder needs what
/// trimming may have cut away, and passes over what it does not know.</summary>
internal static class SimileSettings
{
    private const string Telemetry = "Telemetry";
    private static readonly PropertyInfo[] Own = typeof(SimileOptions).GetProperties();
    private const string Reranker = "Reranker";

    // Simile.Server's own: it reads and checks them.
    private const string Server = "Server";
    private static readonly PropertyInfo[] OfReranker = typeof(SimileRerankerOptions).GetProperties();
    private static readonly PropertyInfo[] OfTelemetry = typeof(TelemetryOptions).GetProperties();
    private static readonly Dictionary<Type, Part> Parts = new()
    {
        [typeof(BatchingOptions)] = new(
            typeof(BatchingOptions).GetProperties(),
            now => ((BatchingOptions?)now ?? new()) with { },
            MayBeNone: true
        ),
        [typeof(MemoryCacheOptions)] = new(
            typeof(MemoryCacheOptions).GetProperties(),
            now => ((MemoryCacheOptions?)now ?? new()) with { },
            MayBeNone: true
        ),
        [typeof(SqliteCacheOptions)] = new(
            typeof(SqliteCacheOptions).GetProperties(),
            now => ((SqliteCacheOptions?)now ?? new()) with { },
            MayBeNone: false
        ),
        [typeof(GeneratorEmbedderOptions)] = new(
            typeof(GeneratorEmbedderOptions).GetProperties(),
            now => ((GeneratorEmbedderOptions?)now ?? new()) with { },
            MayBeNone: false
        ),
    };

    /// <summary>Lists the settings that nobody knows.</summary>
    /// <param name="section">The section.</param>
    /// <param name="models">Names of models, each of which may have a section of its own in it.</param>
    public static IEnumerable<string> Unknown(IConfiguration section, IReadOnlyList<string> models) =>
        Unknown(section, Own, [Telemetry, Reranker, Server, .. models]);

    /// <summary>Reads a section into options.</summary>
    /// <param name="section">The section.</param>
    /// <param name="options">The options.</param>
    /// <param name="name">Their name.</param>
    /// <param name="models">Names of models, whose sections are not these options.</param>
    /// <exception cref="OptionsValidationException">Lists every setting that nobody knows, and every one whose value is of another
    /// kind.</exception>
    public static void Read(IConfiguration section, SimileOptions options, string name, IReadOnlyList<string> models)
    {
        var failures = Unknown(section, models).ToList();
        Fill(section, options, Own, failures);
        Require(failures, name, typeof(SimileOptions));
    }

    /// <summary>Reads a section into the options of a reranker.</summary>
    /// <inheritdoc cref="Read(IConfiguration, SimileOptions, string, IReadOnlyList{string})"/>
    public static void Read(IConfiguration section, SimileRerankerOptions options)
    {
        var failures = Unknown(section, OfReranker, []).ToList();
        Fill(section, options, OfReranker, failures);
        Require(failures, Reranker, typeof(SimileRerankerOptions));
    }

    /// <summary>Reads a section into several objects, each of which knows some of its settings.</summary>
    /// <param name="section">The section.</param>
    /// <param name="name">Its name, for the error.</param>
    /// <param name="targets">The objects with the properties that can be set.</param>
    /// <inheritdoc cref="Read(IConfiguration, SimileOptions, string, IReadOnlyList{string})"/>
    public static void Read(IConfiguration section, string name, params ReadOnlySpan<(object Target, PropertyInfo[] Properties)> targets)
    {
        var known = new List<PropertyInfo>();
        foreach (var (_, properties) in targets)
        {
            known.AddRange(properties);
        }

        var failures = Unknown(section, [.. known], []).ToList();
        foreach (var (target, properties) in targets)
        {
            Fill(section, target, properties, failures);
        }

        Require(failures, name, targets[0].Target.GetType());
    }

    private static void Require(List<string> failures, string name, Type options)
    {
        if (failures.Count > 0)
        {
            throw new OptionsValidationException(name, options, failures);
        }
    }

    private static IEnumerable<string> Unknown(IConfiguration section, PropertyInfo[] properties, IReadOnlyList<string> sections)
    {
        foreach (var setting in section.GetChildren())
        {
            var inner = Find(properties, setting.Key) is { } property
                ? Parts.TryGetValue(property.PropertyType, out var part)
                    ? Unknown(setting, part.Properties, [])
                    : []
                : !sections.Contains(setting.Key, StringComparer.OrdinalIgnoreCase)
                    ? [Refusal(setting, [.. properties.Select(known => known.Name), .. sections])]
                    : string.Equals(setting.Key, Server, StringComparison.OrdinalIgnoreCase)
                        ? []
                        : Unknown(setting, PropertiesOf(setting.Key), []);
            foreach (var failure in inner)
            {
                yield return failure;
            }
        }
    }

    private static PropertyInfo[] PropertiesOf(string section) =>
        string.Equals(section, Telemetry, StringComparison.OrdinalIgnoreCase) ? OfTelemetry
        : string.Equals(section, Reranker, StringComparison.OrdinalIgnoreCase) ? OfReranker
        : Own;

    private static void Fill(IConfiguration section, object target, PropertyInfo[] properties, List<string> failures)
    {
        foreach (var setting in section.GetChildren())
        {
            if (
                Find(properties, setting.Key) is { } property
                && TryRead(setting, property.PropertyType, property.GetValue(target), failures, out var value)
            )
            {
                property.SetValue(target, value);
            }
        }
    }

    private static bool TryRead(IConfigurationSection setting, Type type, object? now, List<string> failures, out object? value)
    {
        value = null;
        if (Parts.TryGetValue(type, out var part))
        {
            var isGiven = setting.GetChildren().Any();
            value = isGiven || !part.MayBeNone ? part.Copy(now) : null;
            Fill(setting, value ?? setting, value is null ? [] : part.Properties, failures);
            return isGiven
                || string.IsNullOrEmpty(setting.Value)
                || Refuse(setting, part.MayBeNone ? "settings beneath it, or null for none" : "settings beneath it", failures);
        }

        if (type == typeof(IReadOnlyList<int>))
        {
            var numbers = setting
                .GetChildren()
                .Select(child => TryRead(child, typeof(int), null, failures, out var number) ? number : null)
                .OfType<int>();
            value = numbers.ToArray();
            return true;
        }

        if (type == typeof(IReadOnlyList<string>))
        {
            // One text stands for a list of one.
            value = setting.Value is { } only
                ? (string[])[only]
                : setting.GetChildren().Select(child => child.Value).OfType<string>().ToArray();
            return true;
        }

        if (setting.Value is null && (!type.IsValueType || Nullable.GetUnderlyingType(type) is not null))
        {
            return true;
        }

        var kind = Kind(Nullable.GetUnderlyingType(type) ?? type);
        value = kind.Parse(setting.Value ?? string.Empty);
        return value is not null || Refuse(setting, kind.Name, failures);
    }

    private static (string Name, Func<string, object?> Parse) Kind(Type type) =>
        type == typeof(string) ? ("a text", text => text)
        : type == typeof(bool) ? ("true or false", text => bool.TryParse(text, out var flag) ? flag : null)
        : type == typeof(int)
            ? (
                "a whole number",
                text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null
            )
        : type == typeof(long)
            ? (
                "a whole number",
                text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null
            )
        : type == typeof(TimeSpan)
            ? ("a time such as 00:00:30", text => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : null)
        : type == typeof(ComputePrecision) ? Choice<ComputePrecision>()
        : type == typeof(CachePrecision) ? Choice<CachePrecision>()
        : type == typeof(SimilarityMetric) ? Choice<SimilarityMetric>()
        : type == typeof(Modality) ? Choice<Modality>()
        : ("code: it cannot be set in a configuration", _ => null);

    private static (string Name, Func<string, object?> Parse) Choice<T>()
        where T : struct, Enum =>
        (
            $"one of {string.Join(", ", Enum.GetNames<T>())}",
            text =>
                text is [var first, ..] && char.IsAsciiLetter(first) && Enum.TryParse<T>(text, ignoreCase: true, out var choice)
                    ? choice
                    : null
        );

    private static PropertyInfo? Find(PropertyInfo[] properties, string key) =>
        Array.Find(properties, property => string.Equals(property.Name, key, StringComparison.OrdinalIgnoreCase));

    private static bool Refuse(IConfigurationSection setting, string expected, List<string> failures)
    {
        failures.Add($"{ErrorCode.InvalidOption}: The setting '{setting.Path}' is '{setting.Value}'; expected is {expected}.");
        return false;
    }

    private static string Refusal(IConfigurationSection setting, string[] known)
    {
        var near = NearNames.Find(setting.Key, known);
        var advice = near.Count > 0 ? $"Did you mean '{near[0]}'?" : $"Known are {string.Join(", ", known.Order(StringComparer.Ordinal))}.";
        return $"{ErrorCode.InvalidOption}: The setting '{setting.Path}' is known to nobody. {advice}";
    }

    /// <summary>Options within options.</summary>
    /// <param name="Properties">What can be set.</param>
    /// <param name="Copy">Makes one to change from the one that stands, or from nothing.</param>
    /// <param name="MayBeNone">Whether the part may be left out by null.</param>
    private sealed record Part(PropertyInfo[] Properties, Func<object?, object> Copy, bool MayBeNone);
}
