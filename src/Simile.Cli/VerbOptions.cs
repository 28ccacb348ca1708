using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Simile.Cli.Output;

namespace Simile.Cli;

/// <summary>Options that several verbs have, and the kinds of values that options take.</summary>
internal static class VerbOptions
{
    /// <summary>More threads help no machine there is, and some tens of thousands abort the process.</summary>
    public const int MaxThreads = 1024;

    public static Option<bool> Json() => new("--json") { Description = "One JSON object a line on standard output" };

    public static Option<bool> Verbose() => new("--verbose") { Description = "List every path that is passed over, and every problem" };

    public static Option<bool> Lines() =>
        new("--lines") { Description = "Every line of a file (or the text field of every line of a .jsonl file) is an input of its own" };

    public static Option<int> Threads(int fallback) => Number("--threads", "Threads to use", fallback, 1, MaxThreads);

    /// <summary>An option that takes a number within bounds.</summary>
    public static Option<T> Number<T>(string name, string description, T fallback, T least, T most)
        where T : struct, INumber<T> =>
        new(name)
        {
            Description = description,
            HelpName = NumberName<T>(),
            DefaultValueFactory = _ => fallback,
            CustomParser = result => ParseNumber(result, name, least, most) ?? fallback,
        };

    /// <summary>An option that takes a number within bounds, or is left away.</summary>
    public static Option<T?> MaybeNumber<T>(string name, string description, T least, T most)
        where T : struct, INumber<T> =>
        new(name)
        {
            Description = description,
            HelpName = NumberName<T>(),
            CustomParser = result => ParseNumber(result, name, least, most),
        };

    /// <summary>An option that takes a path, a name, or something else that is never empty.</summary>
    public static Option<string?> Named(string name, string description, string helpName)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = helpName };
        option.Validators.Add(RefuseEmpty);
        return option;
    }

    /// <summary>The same, for an option that has a default.</summary>
    public static Option<string> Named(string name, string description, string helpName, string fallback)
    {
        var option = new Option<string>(name)
        {
            Description = description,
            HelpName = helpName,
            DefaultValueFactory = _ => fallback,
        };
        option.Validators.Add(RefuseEmpty);
        return option;
    }

    /// <summary>The same, for an option that must be given.</summary>
    public static Option<string> Required(string name, string description, string helpName)
    {
        var option = new Option<string>(name)
        {
            Description = description,
            HelpName = helpName,
            Required = true,
        };
        option.Validators.Add(RefuseEmpty);
        return option;
    }

    /// <summary>Refuses an empty value among those of an option.</summary>
    public static void RefuseEmpty(OptionResult result)
    {
        if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
        {
            result.AddError($"{result.Option.Name} needs a value, but an empty one was given.");
        }
    }

    /// <summary>An option that takes one of some words; case does not matter.</summary>
    public static Option<T> Choice<T>(string name, string description, T fallback)
        where T : struct, Enum
    {
        var words = string.Join('|', Enum.GetNames<T>()).ToLowerInvariant();
        return new Option<T>(name)
        {
            Description = description,
            HelpName = words,
            DefaultValueFactory = _ => fallback,
            CustomParser = result =>
            {
                var word = Single(result, name);
                if (Enum.GetNames<T>().FirstOrDefault(known => known.Equals(word, StringComparison.OrdinalIgnoreCase)) is { } known)
                {
                    return Enum.Parse<T>(known);
                }

                if (word is not null)
                {
                    result.AddError(
                        $"{name} takes {words}, but {SafeText.Quote(word)} was "
                            + $"given{Suggestions.DidYouMean(Suggestions.Nearest(word, words.Split('|')))}"
                    );
                }

                return fallback;
            },
        };
    }

    /// <summary>Runs a verb's action, so that its code is the program's exit code.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="action">What it does.</param>
    /// <param name="kept">After a stop: a sentence about what is kept, or null when nothing is.</param>
    public static Command Does(
        this Command verb,
        Func<ParseResult, CancellationToken, Task<int>> action,
        Func<ParseResult, string?>? kept = null
    )
    {
        verb.SetAction(
            async (parsed, cancellationToken) =>
            {
                try
                {
                    return await action(parsed, cancellationToken);
                }
                catch (OperationCanceledException error) when (kept?.Invoke(parsed) is { } sentence)
                {
                    throw new StoppedException(sentence, error);
                }
            }
        );
        return verb;
    }

    /// <summary>Whether what a verb is run for goes to standard output, so that without a reader there is nothing left to do.</summary>
    public static bool AnswersOnOutput(ParseResult parsed) =>
        parsed.CommandResult.Command.Options.All(option =>
            option.Name is not ("--output" or "--store") || parsed.GetResult(option) is null or { Implicit: true }
        ) && parsed.CommandResult.Command.Name is not ("pull" or "pack" or "serve");

    private static string NumberName<T>()
        where T : struct, INumber<T> => T.IsInteger(T.One / (T.One + T.One)) ? "N" : "X";

    private static T? ParseNumber<T>(ArgumentResult result, string name, T least, T most)
        where T : struct, INumber<T>
    {
        if (Single(result, name) is not { } word)
        {
            return null;
        }

        if (
            T.TryParse(
                word,
                NumberStyles.Float & ~(NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite),
                CultureInfo.InvariantCulture,
                out var value
            )
            && value >= least
            && value <= most
        )
        {
            return value;
        }

        var kind = NumberName<T>() == "N" ? "a whole number" : "a number";
        result.AddError(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name} takes {kind} from {least} to {most}, but {SafeText.Quote(word)} was given."
            )
        );
        return null;
    }

    private static string? Single(ArgumentResult result, string name)
    {
        if (result.Tokens.Count == 1)
        {
            return result.Tokens[0].Value;
        }

        result.AddError($"{name} takes one value, but {result.Tokens.Count} were given.");
        return null;
    }
}
