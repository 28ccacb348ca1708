using System.CommandLine;
using System.Globalization;
using Simile.Search;

namespace Simile.Cli;

/// <summary>Which passages a search looks at, as the command line says it: <c>lang=de</c>, <c>lang!=de</c>, <c>year&gt;=2020</c>,
/// <c>year&lt;=2024</c>.</summary>
internal static class FilterOption
{
    private static readonly string[] Signs = ["!=", ">=", "<=", "="];

    public static Option<string[]> Create()
    {
        var option = new Option<string[]>("--filter")
        {
            Description =
                "Only passages with such a field (of a .jsonl row): lang=de, lang!=de, year>=2020, year<=2024; given again, all must hold",
            HelpName = "NAME=VALUE",
        };
        option.Validators.Add(VerbOptions.RefuseEmpty);
        return option;
    }

    /// <summary>The filter that all of them make; null for none.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public static ChunkFilter? Of(string[]? given) => given is { Length: > 0 } ? ChunkFilter.All([.. given.Select(One)]) : null;

    private static ChunkFilter One(string text)
    {
        // The sign that comes first, and of two that begin at one place the longer.
        var (at, sign) = Signs
            .Select(sign => (At: text.IndexOf(sign, StringComparison.Ordinal), Sign: sign))
            .Where(found => found.At > 0)
            .OrderBy(found => found.At)
            .ThenByDescending(found => found.Sign.Length)
            .FirstOrDefault();
        var (name, value) = sign is null ? (text, string.Empty) : (text[..at].Trim(), text[(at + sign.Length)..].Trim());
        return sign switch
        {
            "=" => Equal(name, value),
            "!=" => !Equal(name, value),
            ">=" => ChunkFilter.Between(name, NumberOf(text, value), null),
            "<=" => ChunkFilter.Between(name, null, NumberOf(text, value)),
            _ => throw new SimileException(
                ErrorCode.InvalidOption,
                $"The filter '{text}' compares nothing. Write a field's name, one of = != >= <=, and a value, as in lang=de."
            ),
        };
    }

    // A row may hold 2024 or "2024": who types it means either.
    private static ChunkFilter Equal(string name, string value)
    {
        var meant = new List<MetadataValue> { value };
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
        {
            meant.Add(long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : number);
        }

        if (bool.TryParse(value, out var truth))
        {
            meant.Add(truth);
        }

        return ChunkFilter.In(name, meant);
    }

    private static double NumberOf(string text, string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"The filter '{text}' compares with '{value}', but a number such as 2020 or 0.5 is expected."
            );
}
