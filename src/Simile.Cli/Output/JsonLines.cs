using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Simile.Cli.Output;

/// <summary>Writes one JSON object a line to standard output.</summary>
internal sealed class JsonLines : IDisposable
{
    private const byte Delete = 0x7F;
    private readonly Stream _output = new BufferedStream(StandardOutput.Open(), 1 << 16);
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _json;

    public JsonLines() =>
        _json = new Utf8JsonWriter(_line, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public void Write(Action<Utf8JsonWriter> fields)
    {
        _json.WriteStartObject();
        fields(_json);
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();

        // JSON may be looked at in a terminal, too. What must not reach it stands within strings only, where an escape means the same.
        _output.Write(
            Ascii.IsValid(_line.WrittenSpan) && !_line.WrittenSpan.Contains(Delete)
                ? _line.WrittenSpan
                : Encoding.UTF8.GetBytes(SafeText.Json(Encoding.UTF8.GetString(_line.WrittenSpan)))
        );
        _output.WriteByte((byte)'\n');
        _line.ResetWrittenCount();
    }

    public static void WriteError(Utf8JsonWriter json, SimileException error)
    {
        json.WriteStartObject("error");
        json.WriteString("code", error.Code);
        json.WriteString("message", error.Description);
        json.WriteEndObject();
    }

    public static void WriteVector(Utf8JsonWriter json, string name, ReadOnlySpan<float> vector)
    {
        json.WriteStartArray(name);
        foreach (var value in vector)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    public void Dispose()
    {
        _json.Dispose();
        _output.Dispose();
    }
}
