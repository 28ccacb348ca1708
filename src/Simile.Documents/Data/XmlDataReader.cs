using System.Text;
using System.Xml;
using Simile.Documents.Reading;

namespace Simile.Documents.Data;

/// <summary>XML: the text of each element and attribute with its path, a block for each child of the root.</summary>
internal sealed class XmlDataReader(DocumentLimits limits) : FormatReader(limits)
{
    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Endings { get; } = [".xml", ".rss", ".atom", ".opml", ".resx", ".xliff", ".xlf"];

    /// <inheritdoc/>
    public override string Version => "xml/1";

    /// <inheritdoc/>
    public override void Read(DocumentScope scope)
    {
        using var reader = FencedXml.Open(scope.Text(), scope);
        var element = new ElementWriter(scope);
        try
        {
            while (!scope.Writer.IsFull && reader.Next(scope))
            {
                element.Take(reader);
            }
        }
        catch (XmlException error)
        {
            scope.Problem(
                $"Line {error.LineNumber}: it is no XML from there on ({error.Message.Split(" Line ")[0].TrimEnd('.')}); what stands "
                    + $"before "
                    + "it was read. Mend it, or leave the file out."
            );
        }

        element.Flush();
    }

    private sealed class ElementWriter(DocumentScope scope)
    {
        private readonly List<string> _path = [];
        private readonly StringBuilder _block = new();
        private int _startLine;
        private int _endLine;

        public void Take(XmlReader reader)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    Start(reader);
                    break;
                case XmlNodeType.EndElement:
                    End();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    Line(string.Empty, reader.Value, reader.LineOf());
                    break;
            }
        }

        public void Flush()
        {
            if (_block.Length > 0)
            {
                scope.Writer.Lines(_block.ToString().TrimEnd('\n'), _startLine, _endLine, isCode: true);
                _block.Clear();
            }
        }

        private void Start(XmlReader reader)
        {
            var isEmpty = reader.IsEmptyElement;
            _path.Add(reader.LocalName);
            for (var found = reader.MoveToFirstAttribute(); found; found = reader.MoveToNextAttribute())
            {
                if (reader.Prefix != "xmlns" && reader.Name != "xmlns")
                {
                    Line("@" + reader.LocalName, reader.Value, reader.LineOf());
                }
            }

            reader.MoveToElement();
            if (isEmpty)
            {
                End();
            }
        }

        private void End()
        {
            _path.RemoveAt(_path.Count - 1);
            if (_path.Count == 1)
            {
                Flush();
            }
        }

        // The root's own name says nothing about a part of it.
        private void Line(string attribute, string text, int line)
        {
            var words = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            if (words.Length == 0)
            {
                return;
            }

            _startLine = _block.Length == 0 ? line : _startLine;
            _endLine = line;
            var path = string.Join('.', _path.Skip(_path.Count > 1 ? 1 : 0));
            _block.Append(path).Append(attribute).Append(": ").Append(words).Append('\n');
        }
    }
}
