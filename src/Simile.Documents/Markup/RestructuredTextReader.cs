using System.Text.RegularExpressions;
using Simile.Documents.Reading;

namespace Simile.Documents.Markup;

/// <summary>reStructuredText: sections by the marks under (and over) their titles, lists, literal blocks and code; comments and the
/// settings of directives are passed over, their contents are read.</summary>
internal sealed partial class RestructuredTextReader(DocumentLimits limits) : FormatReader(limits)
{
    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Endings { get; } = [".rst", ".rest"];

    /// <inheritdoc/>
    public override string Version => "rst/1";

    /// <inheritdoc/>
    public override void Read(DocumentScope scope)
    {
        // The levels are in the order in which the marks come.
        var marks = new List<string>();
        for (var lines = new LineMarkup(scope); ; lines.At++)
        {
            if (!lines.HasMore)
            {
                lines.Flush();
                return;
            }

            if (!TakeHeading(lines, marks))
            {
                Take(lines);
            }
        }
    }

    private static bool TakeHeading(LineMarkup lines, List<string> marks)
    {
        var (line, next, third) = (lines.Line.TrimEnd(), lines.Ahead(1).TrimEnd(), lines.Ahead(2).TrimEnd());
        if (IsRule(line) && next.Length > 0 && third == line && line.Length >= next.TrimStart().Length)
        {
            lines.At++;
            Enter(lines, marks, next, $"{line[0]}over");
            lines.At++;
            return true;
        }

        if (line.Length > 0 && !char.IsWhiteSpace(line[0]) && !IsRule(line) && IsRule(next) && next.Length >= Math.Min(line.Length, 3))
        {
            Enter(lines, marks, line, next[..1]);
            lines.At++;
            return true;
        }

        return false;
    }

    private static void Enter(LineMarkup lines, List<string> marks, string title, string mark)
    {
        if (!marks.Contains(mark, StringComparer.Ordinal))
        {
            marks.Add(mark);
        }

        lines.Heading(marks.IndexOf(mark) + 1, Plain(title.Trim()));
    }

    private static void Take(LineMarkup lines)
    {
        var line = lines.Line.TrimEnd();
        if (Directive().Match(line) is { Success: true } directive)
        {
            TakeDirective(lines, directive);
        }
        else if (line.StartsWith("..", StringComparison.Ordinal) && (line.Length == 2 || line[2] == ' '))
        {
            TakeExplicit(lines, line);
        }
        else if (line.Length == 0 || IsRule(line) || TableRule().IsMatch(line))
        {
            lines.Flush();
        }
        else
        {
            TakeText(lines, line);
        }
    }

    private static void TakeText(LineMarkup lines, string line)
    {
        if (line.TrimStart().StartsWith('|') && line.EndsWith('|'))
        {
            lines.One(
                string.Join(" | ", line.Trim().Trim('|').Split('|').Select(cell => Plain(cell.Trim())).Where(cell => cell.Length > 0))
            );
            return;
        }

        if (Item().IsMatch(line))
        {
            lines.Flush();
        }

        var isLiteral = line.EndsWith("::", StringComparison.Ordinal);
        var text = isLiteral ? line[..^1].TrimEnd(':') + ":" : line;
        if (text.Trim() != ":")
        {
            lines.Gather(Plain(text.Trim()));
        }

        if (isLiteral)
        {
            Literal(lines, Indent(line));
        }
    }

    // A hyperlink's target and a comment are no text; a footnote's is.
    private static void TakeExplicit(LineMarkup lines, string line)
    {
        lines.Flush();
        if (Note().Match(line) is { Success: true } note)
        {
            lines.Gather(Plain(note.Groups["text"].Value));
            return;
        }

        var indent = Indent(line);
        while (lines.At + 1 < lines.Source.Length && lines.Ahead(1).Trim().Length > 0 && Indent(lines.Ahead(1)) > indent)
        {
            lines.At++;
        }
    }

    private static void TakeDirective(LineMarkup lines, Match directive)
    {
        lines.Flush();
        var (name, argument) = (directive.Groups["name"].Value, directive.Groups["argument"].Value.Trim());
        if (argument.Length > 0 && name is not ("image" or "figure" or "include" or "code" or "code-block" or "sourcecode" or "toctree"))
        {
            lines.One(Plain(argument));
        }

        while (FieldLine().IsMatch(lines.Ahead(1)))
        {
            lines.At++;
        }

        if (name is "code" or "code-block" or "sourcecode" or "math" or "parsed-literal" or "highlight")
        {
            Literal(lines, directive.Groups["indent"].Length);
        }
    }

    private static void Literal(LineMarkup lines, int indent)
    {
        lines.Flush();
        while (lines.At + 1 < lines.Source.Length && (lines.Ahead(1).Trim().Length == 0 || Indent(lines.Ahead(1)) > indent))
        {
            lines.At++;
            if (lines.Line.Trim().Length > 0)
            {
                lines.Gather(lines.Line, isCode: true);
            }
        }

        lines.Flush();
    }

    private static int Indent(string line) => line.Length - line.TrimStart().Length;

    private static bool IsRule(string line) =>
        line.Length >= 2
        && char.IsAscii(line[0])
        && (char.IsPunctuation(line[0]) || char.IsSymbol(line[0]))
        && line.AsSpan().IndexOfAnyExcept(line[0]) < 0
        && line is not ("::" or "..");

    private static string Plain(string text) => Role().Replace(Marks().Replace(Reference().Replace(text, "${text}"), "${text}"), "${text}");

    [GeneratedRegex("""^(?<indent>\s*)\.\.\s+(?<name>[\w:-]*\w)::(?:\s+(?<argument>.*))?$""", RegexOptions.NonBacktracking)]
    private static partial Regex Directive();

    [GeneratedRegex("""^\.\.\s+\[[^\]]+\]\s+(?<text>.*)$""", RegexOptions.NonBacktracking)]
    private static partial Regex Note();

    [GeneratedRegex("""^\s+:[\w-]+:""", RegexOptions.NonBacktracking)]
    private static partial Regex FieldLine();

    [GeneratedRegex("""^\s*(?:[+=-][-=+]{2,}|=+(?:\s+=+)+)\s*$""", RegexOptions.NonBacktracking)]
    private static partial Regex TableRule();

    [GeneratedRegex("""^\s*(?:[-*+•]|\d+[.)]|#\.|\(\w+\))\s+\S""", RegexOptions.NonBacktracking)]
    private static partial Regex Item();

    [GeneratedRegex("""`(?<text>[^`<]*[^`<\s])\s*<[^`>]*>`__?""", RegexOptions.NonBacktracking)]
    private static partial Regex Reference();

    [GeneratedRegex("""(?::[\w:.-]+:)?`(?<text>[^`]+)`_{0,2}""", RegexOptions.NonBacktracking)]
    private static partial Regex Role();

    [GeneratedRegex("""(?<=^|[\s('"])(?<mark>\*\*|\*|``)(?<text>\S(?:[^\n]{0,500}?\S)?)\k<mark>(?=$|[\s.,;:!?)'"])""")]
    private static partial Regex Marks();
}
