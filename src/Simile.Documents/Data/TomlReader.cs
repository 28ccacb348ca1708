using System.Globalization;
using Simile.Documents.Reading;
using Tomlyn;
using Tomlyn.Parsing;

namespace Simile.Documents.Data;

/// <summary>TOML: values with their paths.</summary>
internal sealed class TomlReader(DocumentLimits limits) : FormatReader(limits)
{
    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Endings { get; } = [".toml"];

    /// <inheritdoc/>
    public override string Version => "toml/1";

    /// <inheritdoc/>
    public override void Read(DocumentScope scope)
    {
        var parser = TomlParser.Create(scope.Text(), TomlSerializerOptions.Default with { MaxDepth = scope.Limits.MaxDepth });
        var values = new ValueWriter(scope);
        try
        {
            while (!scope.Writer.IsFull && parser.MoveNext())
            {
                Take(parser, values);
            }
        }
        catch (TomlException error)
        {
            scope.Problem(
                $"It is no TOML ({error.Message.TrimEnd('.')}); what stands before that was read. Mend it, or leave the file out."
            );
        }

        values.Finish();
    }

    private static void Take(TomlParser parser, ValueWriter values)
    {
        var current = parser.Current;
        switch (current.Kind)
        {
            case TomlParseEventKind.StartTable:
                values.BeginObject();
                break;
            case TomlParseEventKind.StartArray:
                values.BeginList();
                break;
            case TomlParseEventKind.EndTable or TomlParseEventKind.EndArray:
                values.End();
                break;
            case TomlParseEventKind.PropertyName:
                values.Name(parser.GetPropertyName());
                break;
            case TomlParseEventKind.String:
                values.Value(parser.GetString(), current.Line);
                break;
            case TomlParseEventKind.Integer:
                values.Value(current.GetInt64().ToString(CultureInfo.InvariantCulture), current.Line);
                break;
            case TomlParseEventKind.Float:
                values.Value(current.GetDouble().ToString(CultureInfo.InvariantCulture), current.Line);
                break;
            case TomlParseEventKind.Boolean:
                values.Value(current.GetBoolean() ? "true" : "false", current.Line);
                break;
            case TomlParseEventKind.DateTime:
                values.Value(current.GetTomlDateTime().ToString(), current.Line);
                break;
        }
    }
}
