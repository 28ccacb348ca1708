using System.CommandLine;

namespace Simile.Cli;

/// <summary>Options that several verbs have.</summary>
internal static class VerbOptions
{
    public static Option<bool> Json() => new("--json") { Description = "One JSON object a line on standard output" };

    public static Option<bool> Lines() => new("--lines") { Description = "Every line of a file (or the text field of every line of a .jsonl file) is an input of its own" };

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
                if (Enum.TryParse<T>(result.Tokens[0].Value, ignoreCase: true, out var value) && Enum.IsDefined(value))
                {
                    return value;
                }

                result.AddError($"{name} takes {words}, but '{result.Tokens[0].Value}' was given.");
                return fallback;
            },
        };
    }

    /// <summary>Runs a verb's action, so that its code is the program's exit code.</summary>
    public static Command Does(this Command verb, Func<ParseResult, CancellationToken, Task<int>> action)
    {
        verb.SetAction(action);
        return verb;
    }
}
