using System.Globalization;
using System.Text.RegularExpressions;
using MimeKit;
using Simile.Documents.Reading;
using Simile.Ingestion;
using Simile.Ingestion.Encodings;
using Simile.Ingestion.Readers;

namespace Simile.Documents.Mail;

/// <summary>A message as blocks under its subject.</summary>
/// <param name="scope">The document.</param>
/// <param name="formats">The reader of a file by its name; null where none reads it.</param>
/// <param name="isBox">Whether it stands in a box, where lines that begin with "From " are marked.</param>
internal sealed partial class MailText(DocumentScope scope, Func<string, FormatReader?> formats, bool isBox)
{
    private const int MaxAttachmentDepth = 8;

    /// <summary>Adds a message and what is attached to it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="place">Where it stands in a box; empty where it is alone.</param>
    public void Add(MimeMessage message, string place)
    {
        scope.Writer.Heading(1, string.IsNullOrWhiteSpace(message.Subject) ? "Message without a subject" : message.Subject);
        scope.Writer.Text(HeadOf(message));
        var parts = message.BodyParts.ToList();
        var html = parts.OfType<TextPart>().FirstOrDefault(part => part.IsHtml && !part.IsAttachment);
        var plain = parts.OfType<TextPart>().FirstOrDefault(part => !part.IsHtml && !part.IsAttachment);
        foreach (var part in parts)
        {
            scope.Budget.CheckTime();
            if (part == plain)
            {
                scope.Writer.Add(new PlainTextReader().Read(TextOf(plain), scope.Problems));
            }
            else if (part == html)
            {
                // One text twice, once with its looks.
                if (plain is null)
                {
                    scope.Writer.Add(new HtmlReader().Read(TextOf(html), scope.Problems));
                }
            }
            else if (part is TextPart { IsAttachment: false, IsHtml: false } more && string.IsNullOrEmpty(more.FileName))
            {
                scope.Writer.Add(new PlainTextReader().Read(TextOf(more), scope.Problems));
            }
            else
            {
                AddAttachment(part, place);
            }
        }
    }

    private static string HeadOf(MimeMessage message)
    {
        var lines = new List<string>();
        foreach (
            var (name, value) in ((string, string)[])
                [("From", message.From.ToString()), ("To", message.To.ToString()), ("Cc", message.Cc.ToString())]
        )
        {
            if (value.Length > 0)
            {
                lines.Add($"{name}: {value}");
            }
        }

        if (message.Date != DateTimeOffset.MinValue)
        {
            lines.Add($"Date: {message.Date.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}");
        }

        return string.Join('\n', lines);
    }

    // A character set that nobody knows, or that a mailer named wrongly, costs its letters and not the message.
    private string TextOf(TextPart part)
    {
        var bytes = BytesOf(part);
        var charset = part.ContentType.Charset;
        if (charset is not null && DeclaredEncoding.Named(charset) is { } encoding)
        {
            return Unmarked(encoding.GetString(bytes).ReplaceLineEndings("\n"));
        }

        if (charset is not null)
        {
            scope.Notes.Add($"A part declares the character set '{charset}', which is not known.");
        }

        return Unmarked(DocumentText.Decode(bytes, "message.txt", scope.Notes));
    }

    private string Unmarked(string text) => isBox ? MarkedLine().Replace(text, "${line}") : text;

    private void AddAttachment(MimeEntity part, string place)
    {
        var name = Path.GetFileName(part.ContentDisposition?.FileName ?? part.ContentType.Name ?? string.Empty);
        var where = scope.Writer.Place == MailReader.Alone ? $"attachment {name}" : $"{scope.Writer.Place}, attachment {name}";
        if (part is MessagePart { Message: { } inner })
        {
            scope.Budget.CheckDepth(scope.Depth + 1);
            scope.Writer.Place = place.Length == 0 ? "attached message" : $"{place}, attached message";
            Add(inner, place.Length == 0 ? "attached message" : $"{place}, attached message");
            scope.Writer.Place = place.Length == 0 ? MailReader.Alone : place;
        }
        else if (part is MimePart file && name.Length > 0)
        {
            AddFile(file, name, where);
        }
    }

    private void AddFile(MimePart file, string name, string where)
    {
        var reader = formats(name);
        if ((reader is null && DocumentReaders.For(name) is null) || scope.Depth >= MaxAttachmentDepth)
        {
            scope.Notes.Add($"The attachment {name} is of a kind that is not read, and was left out.");
            return;
        }

        var writer = new BlockWriter(scope.Budget, where);
        writer.Heading(1, name);
        try
        {
            var bytes = BytesOf(file);
            if (reader is null)
            {
                writer.Add(DocumentReaders.For(name)!.Read(DocumentText.Decode(bytes, name, scope.Notes), scope.Problems));
            }
            else
            {
                reader.Read(scope.Inner(name, bytes, writer));
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException and not SimileException { Code: ErrorCode.DocumentTooSlow })
        {
            scope.Problem(
                $"The attachment {name} cannot be read: {(error as SimileException)?.Description ?? error.Message} The rest of the "
                    + $"message was read.",
                error
            );
        }

        scope.Writer.Add(writer.Finish());
    }

    private byte[] BytesOf(MimePart part)
    {
        using var contents = new MemoryStream();
        part.Content?.DecodeTo(contents);
        scope.Budget.Expand(contents.Length);
        return contents.ToArray();
    }

    [GeneratedRegex("^>(?<line>>*From )", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex MarkedLine();
}
