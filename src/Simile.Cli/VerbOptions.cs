using System.CommandLine;

namespace Simile.Cli;

/// <summary>Options that several verbs have.</summary>
internal static class VerbOptions
{
    public static Option<bool> Json() => new("--json") { Description = "One JSON object a line on standard output" };

    public static Option<bool> Lines() => new("--lines") { Description = "Every line of a file (or the text field of every line of a .jsonl file) is an input of its own" };

    /// <summary>Runs a verb's action, so that its code is the program's exit code.</summary>
    public static Command Does(this Command verb, Func<ParseResult, CancellationToken, Task<int>> action)
    {
        verb.SetAction(action);
        return verb;
    }
}
