using System.Collections.Frozen;
using AngleSharp.Html.Parser;

namespace Simile.Ingestion.Readers.Html;

/// <summary>What HTML's elements mean for their text.</summary>
internal static class HtmlNames
{
    private static readonly FrozenSet<string> Blocks = Set(
        """
        address article aside blockquote body caption center col colgroup dd details dialog dir div dl dt fieldset figcaption figure footer form
        frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend
        li main menu nav ol optgroup option p pre listing xmp plaintext search section select summary table tbody td textarea tfoot
        th thead title tr ul
        """
    );

    private static readonly FrozenSet<string> Apart = Set(
        "br button input label img iframe video audio object embed canvas map area meter progress datalist rt rp"
    );
    private static readonly FrozenSet<string> Unseen = Set("script style noscript template svg nav iframe noembed noframes");
    private static readonly FrozenSet<string> Void = Set("area base br col embed hr img input link meta param source track wbr");
    private static readonly FrozenSet<string> EndHeadings = Set("p ul ol dl table pre section article form blockquote main header footer");
    private static readonly FrozenSet<string> SelfEnding = Set("p li dt dd tr td th option optgroup thead tbody tfoot");

    /// <summary>Whether its text is a paragraph of its own.</summary>
    public static bool IsBlock(string name) => Blocks.Contains(name);

    /// <summary>Whether words on both sides of it are two words.</summary>
    public static bool IsApart(string name) => Apart.Contains(name) || Blocks.Contains(name);

    /// <summary>Whether a reader does not see its text.</summary>
    public static bool IsUnseen(string name) => Unseen.Contains(name);

    /// <summary>Whether it has no end tag.</summary>
    public static bool IsVoid(string name) => Void.Contains(name);

    /// <summary>Whether it cannot stand in a heading, so that a heading which nobody ended ends before it.</summary>
    public static bool EndsHeading(string name) => EndHeadings.Contains(name);

    /// <summary>Whether the next of its kind ends it.</summary>
    public static bool IsSelfEnding(string name) => SelfEnding.Contains(name);

    /// <summary>From 1 to 6 for a heading, else 0.</summary>
    public static int HeadingLevel(string name) => name is ['h', >= '1' and <= '6'] ? name[1] - '0' : 0;

    /// <summary>How what stands in an element is to be read.</summary>
    public static HtmlParseMode ContentOf(string name) =>
        name switch
        {
            "title" or "textarea" => HtmlParseMode.RCData,
            "style" or "xmp" or "iframe" or "noembed" or "noframes" or "noscript" => HtmlParseMode.Rawtext,
            "script" => HtmlParseMode.Script,
            "plaintext" => HtmlParseMode.Plaintext,
            _ => HtmlParseMode.PCData,
        };

    private static FrozenSet<string> Set(string names) =>
        names.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
