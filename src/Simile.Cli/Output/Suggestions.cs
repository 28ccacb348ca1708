using System.CommandLine;
using System.CommandLine.Parsing;

namespace Simile.Cli.Output;

/// <summary>What was meant, when a name is not known.</summary>
internal static class Suggestions
{
    /// <summary>Words that look like options and are none, and are no text either: '--dimension 64' would be embedded otherwise.</summary>
    public static IReadOnlyList<string> UnknownOptions(ParseResult parsed)
    {
        var known = OptionsOf(parsed.CommandResult).ToList();
        var strangers = parsed
            .Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .Where(token => token.Type == TokenType.Argument && IsLikeAnOption(token.Value))
            .Select(token => token.Value);
        return
        [
            .. strangers.Select(name =>
                $"There is no option {SafeText.Quote(name)}{DidYouMean(Nearest(name, known))} (A text that begins with '-' comes "
                + "after '--'.)"
            ),
        ];
    }

    /// <summary>Says that a word is no verb, or that one is missing; null when neither is so.</summary>
    public static string? UnknownVerb(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var verbs = command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name).ToList();
        if (verbs.Count == 0 || parsed.Errors.Count == 0)
        {
            return null;
        }

        var all = $"There are {string.Join(", ", verbs)}";
        return parsed.UnmatchedTokens is [var word, ..]
            ? $"'{command.Name}' has no verb {SafeText.Quote(word)}. "
                + $"{(Nearest(word, verbs) is { } near ? $"Did you mean '{near}'?" : all + ".")}"
            : $"'{command.Name}' needs a verb. {all}.";
    }

    /// <summary>A sentence that names what was meant; a full stop when nothing is near.</summary>
    public static string DidYouMean(string? near) => near is null ? "." : $". Did you mean '{SafeText.Line(near)}'?";

    /// <summary>The name that is nearest to another one, if one is near.</summary>
    public static string? Nearest(string name, IEnumerable<string> names)
    {
        var most = Math.Clamp(name.Length / 3, 1, 4);
        var near = names
            .Select(other => (Name: other, Distance: Distance(name, other, most)))
            .Where(pair => pair.Distance <= most)
            .OrderBy(pair => pair.Distance)
            .ThenBy(pair => pair.Name, StringComparer.Ordinal)
            .ToList();
        return near.Count > 0 ? near[0].Name : null;
    }

    private static bool IsLikeAnOption(string word) =>
        word.Length is > 1 and < 40
        && word[0] == '-'
        && word.TrimStart('-') is [var first, .. var rest]
        && char.IsAsciiLetter(first)
        && (word[1] == '-' ? rest.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '=') : rest.Length == 0);

    private static IEnumerable<string> OptionsOf(SymbolResult? result)
    {
        for (; result is not null; result = result.Parent)
        {
            foreach (var option in result is CommandResult command ? command.Command.Options : [])
            {
                yield return option.Name;
            }
        }
    }

    // Edits, and swaps of two neighbors, that make one word of the other; case counts nothing.
    private static int Distance(string first, string second, int most)
    {
        if (Math.Abs(first.Length - second.Length) > most)
        {
            return int.MaxValue;
        }

        var table = new int[first.Length + 1, second.Length + 1];
        for (var i = 0; i <= first.Length; i++)
        {
            for (var j = 0; j <= second.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }

                var isSame = Same(first[i - 1], second[j - 1]);
                var least = Math.Min(Math.Min(table[i - 1, j], table[i, j - 1]) + 1, table[i - 1, j - 1] + (isSame ? 0 : 1));
                var isSwap = i > 1 && j > 1 && Same(first[i - 1], second[j - 2]) && Same(first[i - 2], second[j - 1]);
                table[i, j] = isSwap ? Math.Min(least, table[i - 2, j - 2] + 1) : least;
            }
        }

        return table[first.Length, second.Length];
    }

    private static bool Same(char first, char second) => char.ToLowerInvariant(first) == char.ToLowerInvariant(second);
}
