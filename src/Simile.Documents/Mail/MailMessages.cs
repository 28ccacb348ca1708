using MimeKit;
using Simile.Documents.Reading;

namespace Simile.Documents.Mail;

/// <summary>The messages of a file, one after the other.</summary>
internal static class MailMessages
{
    // A message within messages, whoever writes such a thing.
    private const int MaxMimeDepth = 64;

    public static IEnumerable<MimeMessage> Of(DocumentScope scope, bool isBox)
    {
        var options = ParserOptions.Default.Clone();
        options.MaxMimeDepth = Math.Min(MaxMimeDepth, scope.Limits.MaxDepth);
        var parser = new MimeParser(options, new MemoryStream(scope.Bytes, writable: false), isBox ? MimeFormat.Mbox : MimeFormat.Entity);
        for (var number = 1; !parser.IsEndOfStream; number++)
        {
            MimeMessage? message = null;
            try
            {
                message = parser.ParseMessage();
            }
            catch (FormatException error)
            {
                scope.Problem($"Message {number} is no message ({error.Message.TrimEnd('.')}); those before it were read.", error);
            }

            if (message is null)
            {
                yield break;
            }

            using (message)
            {
                yield return message;
            }

            if (!isBox)
            {
                yield break;
            }
        }
    }
}
