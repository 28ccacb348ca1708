using AngleSharp.Html;
using AngleSharp.Html.Parser;
using AngleSharp.Text;
using Simile.Ingestion.Readers.Html;

namespace Simile.Ingestion.Readers;

/// <summary>HTML: the text that a reader sees, by paragraphs, under its headings.</summary>
/// <remarks>It reads tags as they come and builds no tree: pages of any depth take time and memory by their length only
/// (docs/decisions/0013).</remarks>
internal sealed class HtmlReader : ITextReader
{
    /// <inheritdoc/>
    public IEnumerable<TextBlock> Read(string text, ICollection<SimileException> problems)
    {
        ArgumentNullException.ThrowIfNull(text);
        using var source = new TextSource(text);
        var tokens = new HtmlTokenizer(source, HtmlEntityProvider.Resolver) { SkipComments = true };
        var page = new HtmlPage();
        for (var token = tokens.Get(); token.Type != HtmlTokenType.EndOfFile; token = tokens.Get())
        {
            switch (token.Type)
            {
                case HtmlTokenType.StartTag:
                    page.Start(token.AsTag());
                    tokens.State = HtmlNames.ContentOf(token.Name);
                    break;
                case HtmlTokenType.EndTag:
                    page.End(token.Name);
                    break;
                case HtmlTokenType.Character:
                    page.Text(token.Data, token.Position.Line);
                    break;
            }
        }

        return page.Finish();
    }
}
