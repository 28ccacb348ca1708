using System.CommandLine;
using Simile.Hosting;

namespace Simile.Cli.Verbs;

/// <summary>'completion bash': a script that a shell reads when it starts. While somebody types, it asks the program ('completion words')
/// what can stand there, so that it never grows old.</summary>
internal static class CompletionVerb
{
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            # simile: source <(simile completion bash)
            _simile() {
              local word=${COMP_WORDS[COMP_CWORD]} found
              COMPREPLY=()
              if [[ $word == @* ]]; then
                while IFS= read -r found; do COMPREPLY+=("@$found"); done < <(compgen -f -- "${word#@}")
                return
              fi
              while IFS= read -r found; do COMPREPLY+=("$found"); done < <("${COMP_WORDS[0]/#\~/$HOME}" completion words -- "${COMP_WORDS[@]:1:COMP_CWORD-1}" "+$word" 2>/dev/null)
            }
            complete -o default -F _simile simile
            """,
        ["zsh"] = """
            #compdef simile
            # simile: source <(simile completion zsh), after compinit
            _simile() {
              local -a found
              if compset -P '@'; then _files; return; fi
              found=("${(@f)$("${~words[1]}" completion words -- "${(@)words[2,CURRENT-1]}" "+${words[CURRENT]}" 2>/dev/null)}")
              if [[ -n $found ]]; then compadd -a found; else _files; fi
            }
            compdef _simile simile
            """,
        ["fish"] = """
            # simile: simile completion fish | source
            function __simile_words
              set -l words (commandline -opc)
              $words[1] completion words -- $words[2..-1] "+"(commandline -ct) 2>/dev/null
            end
            complete -c simile -a '(__simile_words)'
            """,
        ["pwsh"] = """
            # simile: simile completion pwsh | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName simile -ScriptBlock {
              param($word, $ast, $cursor)
              $before = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { $_.ToString() })
              & $before[0] completion words -- @($before | Select-Object -Skip 1) "+$word" 2>$null |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
            }
            """,
    };

    public static Command Create(Lazy<SimileHost> host, Func<Command> root)
    {
        var shell = new Argument<string>("shell")
        {
            Description = "The shell that will read it",
            HelpName = string.Join('|', Scripts.Keys),
        };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var verb = new Command(
            "completion",
            "Write a script that lets a shell complete verbs, options and names: source <(simile completion bash)"
        )
        {
            shell,
            Words(host, root),
        };
        return verb.Does(
            (parsed, _) =>
            {
                Console.WriteLine(Scripts[parsed.GetValue(shell)!]);
                return Task.FromResult(0);
            }
        );
    }

    // The last word has a '+' before it, so that no shell drops it while it is empty.
    private static Command Words(Lazy<SimileHost> host, Func<Command> root)
    {
        var words = new Argument<string[]>("word") { Arity = ArgumentArity.ZeroOrMore };
        return new Command("words", "What can stand in the place of the last word") { Hidden = true, Arguments = { words } }.Does(
            (parsed, _) =>
            {
                if (parsed.GetValue(words) is [.. var before, ['+', .. var typed]])
                {
                    foreach (
                        var word in Candidates(
                            root(),
                            before,
                            typed,
                            () => host.Value.Catalog.Names.Concat(host.Value.HubCache.Snapshots.Select(snapshot => snapshot.Id))
                        )
                    )
                    {
                        Console.WriteLine(word);
                    }
                }

                return Task.FromResult(0);
            }
        );
    }

    /// <summary>What can stand behind some words: verbs, options, or the values of an option or argument that has a list of them. Nothing
    /// where a text or a file stands.</summary>
    private static IEnumerable<string> Candidates(Command root, string[] before, string typed, Func<IEnumerable<string>> models)
    {
        if (before.Contains("--"))
        {
            return [];
        }

        var (command, options) = (root, root.Options.Where(option => option.Recursive).ToList());
        Option? pending = null;
        foreach (var word in before)
        {
            pending = pending is null
                ? OptionsOf(command, options)
                    .FirstOrDefault(option =>
                        option.Name == word && option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool)
                    )
                : null;
            command = command.Subcommands.FirstOrDefault(verb => verb.Name == word) ?? command;
        }

        var all =
            pending is not null ? ValuesOf(pending.Name, pending.HelpName, models)
            : typed.StartsWith('-') ? OptionsOf(command, options).Select(option => option.Name)
            : command
                .Subcommands.Where(verb => !verb.Hidden)
                .Select(verb => verb.Name)
                .Concat(command.Arguments.SelectMany(argument => ValuesOf(argument.Name, argument.HelpName, models)));
        return all.Where(word => word.StartsWith(typed, StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
    }

    private static IEnumerable<Option> OptionsOf(Command command, IEnumerable<Option> recursive) =>
        command.Options.Where(option => !option.Hidden).Concat(recursive);

    // Values that are written out are small letters; 'NAME|FOLDER' says of what kind they are.
    private static IEnumerable<string> ValuesOf(string name, string? values, Func<IEnumerable<string>> models) =>
        name.TrimStart('-') is "model" or "image-model" or "text-model" or "rerank" ? models()
        : values?.Split('|') is { Length: > 1 } words && words.All(word => word.All(char.IsAsciiLetterLower)) ? words
        : [];
}
