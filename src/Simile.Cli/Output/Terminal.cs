using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Simile.Cli.Output;

/// <summary>The one way to the user's screen: everything that is printed for people, on standard output, standard error and by
/// Spectre.Console, passes <see cref="SafeText"/>.</summary>
internal static class Terminal
{
    // No line of a pipe or file is broken: what reads it counts lines.
    private const int WidthOfPipes = 1 << 20;

    /// <summary>Puts the writers of this program into their places.</summary>
    public static void Install()
    {
        var (output, error) = (OutputOf(StandardOutput.Open()), OutputOf(Console.OpenStandardError()));
        Console.SetOut(new SafeWriter(output, isNeeded: true));
        Console.SetError(new SafeWriter(error, isNeeded: false));
        AnsiConsole.Console = Create(output, Console.IsOutputRedirected);
    }

    /// <summary>A console of Spectre's on standard error.</summary>
    public static IAnsiConsole ForProgress() => Create(OutputOf(Console.OpenStandardError()), Console.IsErrorRedirected);

    private static IAnsiConsole Create(TextWriter writer, bool isRedirected)
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect }
        );
        if (isRedirected)
        {
            console.Profile.Width = WidthOfPipes;
        }

        console.Pipeline.Attach(new SafeHook());
        return console;
    }

    private static StreamWriter OutputOf(Stream stream) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1024) { AutoFlush = true };

    /// <summary>Escapes what is in the texts that Spectre renders; its own sequences for colors stay.</summary>
    private sealed class SafeHook : IRenderHook
    {
        public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) =>
            renderables.Select(renderable => new Safe(renderable));
    }

    private sealed class Safe(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
            inner
                .Render(options, maxWidth)
                .Select(segment => segment.IsControlCode ? segment : new Segment(SafeText.Escape(segment.Text), segment.Style));
    }

    /// <summary>Escapes what is written.</summary>
    /// <param name="inner">Where it goes.</param>
    /// <param name="isNeeded">Whether a failure to write is an error; what is said beside the answer may get lost.</param>
    private sealed class SafeWriter(TextWriter inner, bool isNeeded) : TextWriter
    {
        private char _high;

        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value)
        {
            if (char.IsHighSurrogate(value))
            {
                _high = value;
                return;
            }

            Write(_high == 0 ? value.ToString() : $"{_high}{value}");
            _high = '\0';
        }

        public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

        public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

        public override void Write(string? value)
        {
            try
            {
                inner.Write(SafeText.Escape(value ?? string.Empty));
            }
            catch (IOException) when (!isNeeded)
            {
                // The reader of the notes is gone, or its disk full; the work goes on.
            }
        }

        public override void WriteLine() => Write("\n");

        public override void WriteLine(string? value) => Write(value + "\n");
    }
}
