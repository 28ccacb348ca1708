using Simile.Documents.Reading;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Simile.Documents.Data;

/// <summary>YAML, of one or several documents: values with their paths. What an alias stands for is read once, where its anchor is, so that
/// nothing multiplies.</summary>
internal sealed class YamlReader(DocumentLimits limits) : FormatReader(limits)
{
    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Endings { get; } = [".yaml", ".yml"];

    /// <inheritdoc/>
    public override string Version => "yaml/1";

    /// <inheritdoc/>
    public override void Read(DocumentScope scope)
    {
        var parser = new Parser(new StringReader(scope.Text()));
        var values = new ValueWriter(scope);
        var names = new Stack<bool?>();
        try
        {
            while (!scope.Writer.IsFull && parser.MoveNext())
            {
                Take(parser.Current!, values, names);
            }
        }
        catch (Exception error) when (error is YamlException or InvalidOperationException)
        {
            var line = (error as YamlException)?.Start.Line ?? parser.Current?.End.Line ?? 1;
            scope.Problem(
                $"Line {line}: it is no YAML from there on ({error.Message.TrimEnd('.')}); what stands before it was read. Mend it, "
                    + $"or leave "
                    + "the file out."
            );
        }

        values.Finish();
    }

    // Names of a mapping and their values take turns; null stands for a list.
    private static void Take(ParsingEvent current, ValueWriter values, Stack<bool?> names)
    {
        var isName = names.TryPeek(out var next) && next == true;
        switch (current)
        {
            case DocumentStart:
                values.BeginDocument();
                return;
            case MappingStart or SequenceStart:
                Begin(current is MappingStart, isName, values, names);
                return;
            case MappingEnd or SequenceEnd:
                values.End();
                names.Pop();
                break;
            case Scalar scalar when isName:
                values.Name(scalar.Value);
                break;
            case Scalar scalar:
                values.Value(scalar is { IsPlainImplicit: true, Value: "null" or "~" } ? null : scalar.Value, (int)scalar.Start.Line);
                break;
            case AnchorAlias when isName:
                values.Name(string.Empty);
                break;
            case AnchorAlias alias:
                values.Value(null, (int)alias.Start.Line);
                break;
            default:
                return;
        }

        if (names.TryPop(out var turn))
        {
            names.Push(!turn);
        }
    }

    // A name that is a mapping itself has no text.
    private static void Begin(bool isMapping, bool isName, ValueWriter values, Stack<bool?> names)
    {
        if (isName)
        {
            values.Name(string.Empty);
        }

        if (isMapping)
        {
            values.BeginObject();
        }
        else
        {
            values.BeginList();
        }

        names.Push(isMapping ? true : null);
    }
}
