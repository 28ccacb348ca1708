using System.Globalization;
using System.Text.RegularExpressions;

namespace Simile.Server.Collections;

/// <summary>Where a passage is: <c>simile://COLLECTION/PATH#L10-L30</c>, the path relative to the collection's folder. A picture, and a
/// whole document, have no lines. A long line holds many passages: one within a line is told from others by its number in the store,
/// <c>#L10~77</c>.</summary>
/// <param name="Collection">The collection's name.</param>
/// <param name="Path">The document's path, as the collection shows it.</param>
/// <param name="StartLine">The first line, from 1; 0 for none.</param>
/// <param name="EndLine">The last line; 0 for none.</param>
internal sealed partial record PassageAddress(string Collection, string Path, int StartLine, int EndLine)
{
    /// <summary>Its number in the store; 0 where the lines say enough, or it is not known.</summary>
    public long ChunkId { get; init; }

    /// <summary>Its place among the document's passages, from 1 (<c>#L10~p3</c>); 0 where the lines say enough, or it is not
    /// known.</summary>
    public int Ordinal { get; init; }

    /// <summary>What addresses begin with.</summary>
    public const string Scheme = "simile://";

    /// <summary>Its lines as they are shown, such as <c>10-30</c>; null where there are none.</summary>
    public string? Lines =>
        StartLine == 0 ? null
        : EndLine > StartLine ? string.Create(CultureInfo.InvariantCulture, $"{StartLine}-{EndLine}")
        : StartLine.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads an address.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public static PassageAddress Parse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var match = Pattern().Match(address);
        return match.Success
            ? Of(Uri.UnescapeDataString(match.Groups["name"].Value), Uri.UnescapeDataString(match.Groups["path"].Value), match)
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"'{address}' is no address of a passage. Expected is what a search gave as id, such as {Scheme}docs/guide.md#L10-L30."
            );
    }

    /// <summary>Reads lines such as <c>10-30</c> or <c>10</c>.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public static (int Start, int End) LinesOf(string lines)
    {
        var match = LinesPattern().Match(lines);
        return match.Success && NumberOf(match.Groups["start"]) is var start and > 0
            ? (start, Math.Max(start, NumberOf(match.Groups["end"])))
            : throw new SimileException(ErrorCode.InvalidOption, $"'{lines}' are no lines. Expected is a number or two, such as 10-30.");
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var path = string.Join('/', Path.Split('/').Select(Uri.EscapeDataString));
        var lines =
            StartLine == 0 ? string.Empty
            : EndLine > StartLine ? string.Create(CultureInfo.InvariantCulture, $"#L{StartLine}-L{EndLine}")
            : string.Create(CultureInfo.InvariantCulture, $"#L{StartLine}");
        var number =
            Ordinal > 0 ? string.Create(CultureInfo.InvariantCulture, $"~p{Ordinal}")
            : ChunkId > 0 ? string.Create(CultureInfo.InvariantCulture, $"~{ChunkId}")
            : string.Empty;
        return $"{Scheme}{Uri.EscapeDataString(Collection)}/{path}{lines}{number}";
    }

    private static PassageAddress Of(string collection, string path, Match match)
    {
        var start = NumberOf(match.Groups["start"]);
        return new PassageAddress(collection, path, start, Math.Max(start, NumberOf(match.Groups["end"])))
        {
            ChunkId = long.TryParse(match.Groups["chunk"].Value, CultureInfo.InvariantCulture, out var chunk) ? chunk : 0,
            Ordinal = NumberOf(match.Groups["ordinal"]),
        };
    }

    private static int NumberOf(Group digits) => int.TryParse(digits.Value, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(
        @"\Asimile://(?<name>[^/#]+)/(?<path>[^#]+)(#L(?<start>[0-9]{1,9})(-L(?<end>[0-9]{1,9}))?"
            + @"(~((?<chunk>[0-9]{1,18})|p(?<ordinal>[0-9]{1,9})))?)?\z",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Pattern();

    [GeneratedRegex(@"\AL?(?<start>[0-9]{1,9})(-L?(?<end>[0-9]{1,9}))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex LinesPattern();
}
