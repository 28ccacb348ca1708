using Simile.Documents.Reading;
using Simile.Ingestion;

namespace Simile.Documents.Mail;

/// <summary>Messages (.eml) and boxes of them (.mbox): subject, sender and text, and attachments through the readers of their own
/// kinds.</summary>
/// <param name="limits">What a document may cost.</param>
/// <param name="formats">The reader of a file by its name; null where none reads it.</param>
internal sealed class MailReader(DocumentLimits limits, Func<string, FormatReader?> formats) : FormatReader(limits)
{
    /// <summary>The place of a message that is a file of its own.</summary>
    public const string Alone = "message";

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Endings { get; } = [".eml", ".mbox", ".mbx"];

    /// <inheritdoc/>
    public override string Version => "mail/1";

    /// <inheritdoc/>
    public override bool IsForeign => true;

    /// <inheritdoc/>
    public override void Read(DocumentScope scope)
    {
        var isBox = scope.Bytes.AsSpan().StartsWith("From "u8);
        if (!isBox && Path.GetExtension(scope.Path).ToLowerInvariant() is ".mbox" or ".mbx")
        {
            throw new InvalidDataException("it is no mailbox: its first line does not begin with 'From '.");
        }

        var number = 0;
        foreach (var message in MailMessages.Of(scope, isBox))
        {
            if (!scope.TakesPage(++number, total: null, "messages"))
            {
                return;
            }

            scope.Writer.Place = isBox ? $"message {number}" : Alone;
            new MailText(scope, formats, isBox).Add(message, isBox ? $"message {number}" : string.Empty);
        }

        if (number == 0)
        {
            throw new InvalidDataException("it holds no message.");
        }
    }
}
