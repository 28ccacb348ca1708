using System.Text.RegularExpressions;
using Simile.Documents.Reading;

namespace Simile.Documents.Markup;

/// <summary>Org: outlines of headings, lists, tables, blocks of code; drawers, comments and settings are passed over.</summary>
internal sealed partial class OrgReader(DocumentLimits limits) : FormatReader(limits)
{
    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Endings { get; } = [".org"];

    /// <inheritdoc/>
    public override string Version => "org/1";

    /// <inheritdoc/>
    public override void Read(DocumentScope scope)
    {
        for (var lines = new LineMarkup(scope); ; lines.At++)
        {
            if (!lines.HasMore)
            {
                lines.Flush();
                return;
            }

            Take(lines);
        }
    }

    private static void Take(LineMarkup lines)
    {
        var line = lines.Line;
        if (HeadingLine().Match(line) is { Success: true } heading)
        {
            lines.Heading(heading.Groups["stars"].Length, Plain(heading.Groups["text"].Value));
        }
        else if (Block().Match(line) is { Success: true } block)
        {
            Enter(lines, block.Groups["name"].Value);
        }
        else if (line.TrimStart().StartsWith("#+title:", StringComparison.OrdinalIgnoreCase))
        {
            lines.One(Plain(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()));
        }
        else if (Drawer().IsMatch(line))
        {
            lines.SkipUntil(end => end.Trim().Equals(":END:", StringComparison.OrdinalIgnoreCase));
        }
        else if (string.IsNullOrWhiteSpace(line) || line.TrimStart().StartsWith('#'))
        {
            lines.Flush();
        }
        else
        {
            TakeText(lines, line.Trim());
        }
    }

    private static void Enter(LineMarkup lines, string name)
    {
        bool IsEnd(string line) => line.Trim().Equals("#+end_" + name, StringComparison.OrdinalIgnoreCase);
        switch (name.ToLowerInvariant())
        {
            case "src" or "example" or "export":
                lines.CodeUntil(IsEnd);
                break;
            case "comment":
                lines.SkipUntil(IsEnd);
                break;
            default:
                lines.Flush();
                break;
        }
    }

    private static void TakeText(LineMarkup lines, string text)
    {
        if (text.StartsWith('|'))
        {
            if (!text.StartsWith("|-", StringComparison.Ordinal))
            {
                lines.One(string.Join(" | ", text.Trim('|').Split('|').Select(cell => Plain(cell.Trim())).Where(cell => cell.Length > 0)));
            }

            return;
        }

        if (Item().IsMatch(text))
        {
            lines.Flush();
        }

        lines.Gather(Plain(text));
    }

    private static string Plain(string text) =>
        Emphasis()
            .Replace(
                Link().Replace(text, match => match.Groups["text"].Success ? match.Groups["text"].Value : match.Groups["link"].Value),
                "${text}"
            );

    [GeneratedRegex(
        """^(?<stars>\*+)\s+(?:(?:TOD[O]|DONE|NEXT|WAITING)\s+)?(?:\[#\w\]\s*)?(?<text>.*?)(?:\s+:[\w@:]+:)?\s*$""",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex HeadingLine();

    [GeneratedRegex("""^\s*#\+begin_(?<name>\w+)""", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Block();

    [GeneratedRegex("""^\s*:[\w-]+:\s*$""", RegexOptions.NonBacktracking)]
    private static partial Regex Drawer();

    [GeneratedRegex("""^(?:[-+]|\d+[.)])\s""", RegexOptions.NonBacktracking)]
    private static partial Regex Item();

    [GeneratedRegex("""\[\[(?<link>[^\]\[]+)\](?:\[(?<text>[^\]\[]+)\])?\]""", RegexOptions.NonBacktracking)]
    private static partial Regex Link();

    [GeneratedRegex("""(?<=^|[\s('"])(?<mark>[*/=~_+])(?<text>\S(?:[^\n]{0,500}?\S)?)\k<mark>(?=$|[\s.,;:!?)'"])""")]
    private static partial Regex Emphasis();
}
