namespace Simile.Ingestion;

/// <summary>A piece of a document that gets a vector of its own.</summary>
/// <param name="Text">Its text.</param>
/// <param name="StartLine">Its first line in the file, from 1; 0 for a picture.</param>
/// <param name="EndLine">Its last line; 0 for a picture.</param>
/// <param name="Heading">The headings above it, outermost first, joined by " &gt; "; empty when there are none.</param>
public sealed record Chunk(string Text, int StartLine, int EndLine, string Heading)
{
    /// <summary>The one chunk of a picture: its words are its file's name, and it has no lines (0).</summary>
    public static Chunk OfPicture(string fileName) => new(fileName, 0, 0, string.Empty);

    /// <summary>Whether this stands for a picture.</summary>
    public bool IsPicture => StartLine == 0;

    /// <summary>What filters may ask for. Default: nothing.</summary>
    public IReadOnlyDictionary<string, MetadataValue> Metadata { get; init; } = ChunkMetadata.None;

    /// <summary>Where it stands in a document that has no lines of its own: "page 3-4", "sheet Prices, row 4", "slide 2". Default:
    /// empty, the lines say it.</summary>
    public string Place { get; init; } = string.Empty;

    /// <summary>What is embedded: the heading, since it often names what the text only speaks of, then the text. A heading that is too long
    /// for the model is shortened here, and a passage of its own besides.</summary>
    public string EmbeddedText
    {
        get => field ?? (Heading.Length == 0 ? Text : $"{Heading}\n{Text}");
        init;
    }
}

/// <summary>What metadata may be: names of some length and values of some kinds, so that every store can keep them and every filter find
/// them.</summary>
internal static class ChunkMetadata
{
    /// <summary>The most UTF-16 units of a name.</summary>
    public const int MaxName = 256;

    /// <summary>The most UTF-16 units of a text.</summary>
    public const int MaxText = 4096;

    /// <summary>The most values of one chunk.</summary>
    public const int MaxValues = 256;

    /// <summary>No metadata.</summary>
    public static IReadOnlyDictionary<string, MetadataValue> None { get; } = new Dictionary<string, MetadataValue>(StringComparer.Ordinal);

    /// <summary>Throws unless metadata can be kept as it is.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>, <see cref="ErrorCode.InvalidUnicode"/>.</exception>
    public static void Require(IReadOnlyDictionary<string, MetadataValue> metadata)
    {
        if (metadata.Count > MaxValues)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"The metadata has {metadata.Count} values; at most {MaxValues} are kept. Leave out what no filter asks for."
            );
        }

        foreach (var (name, value) in metadata)
        {
            RequireName(name);
            RequireValue(name, value);
        }
    }

    /// <summary>Throws unless a name of metadata is one.</summary>
    public static void RequireName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > MaxName)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"A name of metadata has {name.Length} characters; from 1 to {MaxName} are expected."
            );
        }

        RequireText(name, $"The name '{name}' of metadata");
    }

    /// <summary>Throws unless a value can be stored and compared.</summary>
    public static void RequireValue(string name, MetadataValue value)
    {
        if (value.Value is null || value.Value is double number && !double.IsFinite(number))
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"The value of '{name}' is {value.Value ?? "missing"}; a text, a finite number, or true or false is expected. Leave it out."
            );
        }

        if (value.Value is string text)
        {
            if (text.Length > MaxText)
            {
                throw new SimileException(
                    ErrorCode.InvalidOption,
                    $"The text of '{name}' has {text.Length} characters; at most {MaxText} are kept as metadata. Shorten it, or make "
                        + "it a part of the text."
                );
            }

            RequireText(text, $"The text of '{name}'");
        }
    }

    /// <summary>Whether a value can be kept under a name.</summary>
    public static bool CanKeep(string name, MetadataValue value) =>
        name.Length is > 0 and <= MaxName
        && IsWhole(name)
        && value.Value switch
        {
            string text => text.Length <= MaxText && IsWhole(text),
            double number => double.IsFinite(number),
            null => false,
            _ => true,
        };

    /// <summary>Whether a text consists of whole characters and can be stored as it is.</summary>
    public static bool IsWhole(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0' || (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i]))))
            {
                return false;
            }
        }

        return true;
    }

    private static void RequireText(string text, string what)
    {
        if (!IsWhole(text))
        {
            throw new SimileException(
                ErrorCode.InvalidUnicode,
                $"{what} holds half of a surrogate pair or a NUL character. Write whole characters."
            );
        }
    }
}
