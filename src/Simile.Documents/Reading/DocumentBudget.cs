using System.Diagnostics;

namespace Simile.Documents.Reading;

/// <summary>What one document has cost so far, its attachments included.</summary>
internal sealed class DocumentBudget(DocumentLimits limits, string path)
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _expanded;
    private long _characters;

    public DocumentLimits Limits => limits;

    /// <exception cref="SimileException"><see cref="ErrorCode.DocumentTooSlow"/>.</exception>
    public void CheckTime()
    {
        if (Stopwatch.GetElapsedTime(_started) > limits.MaxTime)
        {
            throw TooSlow(path, limits);
        }
    }

    /// <summary>So many bytes came out of something compressed.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.DocumentTooLarge"/>.</exception>
    public void Expand(long bytes)
    {
        _expanded += bytes;
        if (_expanded > limits.MaxExpanded)
        {
            throw TooLarge(
                $"{path} expands to more than {limits.MaxExpanded >> 20} MB, which are allowed. It may be a bomb; do not trust it."
            );
        }

        CheckTime();
    }

    /// <summary>So many characters of text were read.</summary>
    /// <returns>False when they are more than are allowed.</returns>
    public bool Take(int characters)
    {
        CheckTime();
        _characters += characters;
        return _characters <= limits.MaxCharacters;
    }

    /// <exception cref="SimileException"><see cref="ErrorCode.DocumentTooLarge"/>.</exception>
    public void CheckDepth(int depth)
    {
        if (depth > limits.MaxDepth)
        {
            throw TooLarge($"{path} is nested more than {limits.MaxDepth} deep, which are allowed. Save it again, or leave it out.");
        }
    }

    public static SimileException TooLarge(string message, Exception? inner = null) => new(ErrorCode.DocumentTooLarge, message, inner);

    public static SimileException TooSlow(string path, DocumentLimits limits) =>
        new(
            ErrorCode.DocumentTooSlow,
            $"{path} took longer than the {limits.MaxTime.TotalSeconds:0.#} seconds that a document may take. Split it, or save it again."
        );
}
