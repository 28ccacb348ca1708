using System.CommandLine;
using Simile.Ingestion;

namespace Simile.Cli;

/// <summary>Which files of a folder are taken: what 'index' and 'search --in' share.</summary>
internal sealed class ChoiceOptions
{
    private readonly Option<string[]> _include = Patterns(
        "--include",
        "Take only files of a folder that fit a pattern (\"*.md\", \"docs/**\")"
    );
    private readonly Option<string[]> _exclude = Patterns("--exclude", "Pass over files and folders that fit a pattern");
    private readonly Option<bool> _hidden = new("--hidden") { Description = "Take hidden files and folders too" };
    private readonly Option<bool> _noGitignore = new("--no-gitignore") { Description = "Take what .gitignore files name too" };

    /// <summary>Adds the options to a verb.</summary>
    public ChoiceOptions(Command verb)
    {
        verb.Options.Add(_include);
        verb.Options.Add(_exclude);
        verb.Options.Add(_hidden);
        verb.Options.Add(_noGitignore);
    }

    /// <summary>What was asked for.</summary>
    public FileChoice Of(ParseResult parsed) =>
        new()
        {
            Include = parsed.GetValue(_include) ?? [],
            Exclude = parsed.GetValue(_exclude) ?? [],
            TakesHidden = parsed.GetValue(_hidden),
            FollowsGitignore = !parsed.GetValue(_noGitignore),
        };

    private static Option<string[]> Patterns(string name, string description)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = "PATTERN" };
        option.Validators.Add(VerbOptions.RefuseEmpty);
        return option;
    }
}
