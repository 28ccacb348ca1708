using System.CommandLine;
using System.Globalization;
using Simile.Cli.Input;
using Simile.Cli.Output;
using Simile.Engine.Products;
using Simile.Hosting;
using Simile.Ingestion;
using Simile.Reranking;
using Simile.Vectors;

namespace Simile.Cli.Verbs;

internal static class RerankVerb
{
    private const int TextsAtOnce = 256;
    private const int LongestText = 400;

    public static Command Create(Lazy<SimileHost> host)
    {
        var query = new Argument<string>("query") { Description = "What the texts are to answer: a text, @file or -" };
        var inputs = new Argument<string[]>("text")
        {
            Description = "Texts, @files, @folders, or - for standard input",
            Arity = ArgumentArity.OneOrMore,
        };
        var model = VerbOptions.Named(
            "--model",
            "A reranker; none comes with Simile. Default: the only one on this machine",
            "NAME|FOLDER|org/name[@revision]"
        );
        var top = VerbOptions.MaybeNumber("--top", "Show so many of the best; default: all", 1, int.MaxValue);
        var instruction = VerbOptions.Named(
            "--instruction",
            "What a model that follows instructions (Qwen3-Reranker) is to judge by; default: its card's",
            "TEXT"
        );
        var threads = VerbOptions.Threads(Math.Min(Environment.ProcessorCount, VerbOptions.MaxThreads));
        var compute = VerbOptions.Choice("--compute", "Arithmetic of the network's products", ComputePrecision.Float32);
        var (lines, json) = (VerbOptions.Lines(), VerbOptions.Json());
        const string purpose = "Order texts by how well they answer a query, best first: a network reads the query and each text together";
        var verb = new Command("rerank", purpose) { query, inputs, model, top, lines, instruction, threads, compute, json };
        var engine = new EngineOption(verb);
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                var (asked, arguments) = (parsed.GetValue(query)!, parsed.GetValue(inputs)!);
                if (asked == "-" && arguments.Contains("-"))
                {
                    throw new SimileException(
                        ErrorCode.InvalidOption,
                        "Standard input ('-') was given as the query and as a text, but it can be read once. Put one of them into a "
                            + "file."
                    );
                }

                var options = new RerankerOptions
                {
                    Threads = parsed.GetValue(threads),
                    Precision = parsed.GetValue(compute),
                    Engine = EngineOption.Open(engine.Name(parsed)),
                    Instruction = parsed.GetValue(instruction),
                };
                await using var reranker = await RerankerChoice.OpenAsync(host.Value, parsed.GetValue(model), options, cancellationToken);
                var question =
                    ContentInputs.ReadOne(asked).Text
                    ?? throw new SimileException(
                        ErrorCode.UnsupportedModality,
                        "The query is a picture, but a reranker reads texts only. Ask with a text."
                    );
                var rows = await ContentInputs
                    .ReadAsync(arguments, parsed.GetValue(lines), cancellationToken)
                    .Select((input, index) => new Row(input, index))
                    .ToArrayAsync(cancellationToken);
                await ScoreAsync(reranker, question, rows, cancellationToken);
                return Write(rows, parsed.GetValue(top) ?? int.MaxValue, parsed.GetValue(json));
            }
        );
    }

    private static async Task ScoreAsync(Reranker reranker, string question, Row[] rows, CancellationToken cancellationToken)
    {
        var (notice, queryLeftOut, done) = (new CutNotice("pair"), 0, 0);
        await ProgressBar.RunAsync(
            "Scoring",
            rows.Length,
            async report =>
            {
                foreach (var part in rows.Where(row => row.Text is not null).Chunk(TextsAtOnce))
                {
                    var scores = await notice
                        .Over(reranker)
                        .ScoreAsync(question, Array.ConvertAll(part, row => row.Text!), cancellationToken);
                    queryLeftOut = Math.Max(queryLeftOut, scores.QueryLeftOut);
                    for (var i = 0; i < part.Length; i++)
                    {
                        (part[i].Outcome, part[i].Score) = (scores.Outcomes[i], scores.Outcomes[i].Succeeded ? scores[i][0] : 0);
                    }

                    report(done += part.Length, rows.Length);
                }

                return 0;
            }
        );
        notice.Tell();
        if (queryLeftOut > 0)
        {
            var left = Plural.Of(queryLeftOut, "token");
            Console.Error.WriteLine(
                $"The query was cut, too, by up to {left} beside long texts: the model takes {reranker.MaxTokens} of both together"
            );
        }
    }

    private static int Write(Row[] rows, int top, bool asJson)
    {
        using var output = asJson ? new JsonLines() : null;
        var failed = new FailedRows("a score");
        foreach (var (rank, row) in rows.Where(row => row.Error is null).OrderByDescending(row => row.Score).Take(top).Index())
        {
            Write(row, rank + 1, output);
        }

        foreach (var row in rows.Where(row => row.Error is not null))
        {
            failed.Add(row.Input.Name, row.Error!);
            output?.Write(fields =>
            {
                fields.WriteNumber("index", row.Index);
                WriteMaybe(fields, "id", row.Input.Id);
                JsonLines.WriteError(fields, row.Error!);
            });
        }

        if (rows.Length == 0)
        {
            Console.Error.WriteLine("There is no text to score.");
        }

        return failed.Tell();
    }

    // For people one line each: the score, the file or id (or the number of the argument), and the beginning of the text.
    private static void Write(Row row, int rank, JsonLines? output)
    {
        if (output is null)
        {
            var text = string.Join(' ', row.Text!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            var shown = text.Length > LongestText ? TextCut.Head(text, LongestText) + " …" : text;
            var name = row.Input.Id ?? row.Index.ToString(CultureInfo.InvariantCulture);
            Console.WriteLine($"{row.Score.ToString("F4", CultureInfo.InvariantCulture)}\t{SafeText.Line(name)}\t{SafeText.Line(shown)}");
            return;
        }

        output.Write(fields =>
        {
            fields.WriteNumber("rank", rank);
            fields.WriteNumber("score", row.Score);
            fields.WriteNumber("index", row.Index);
            WriteMaybe(fields, "id", row.Input.Id);
            fields.WriteString("text", row.Text);
            fields.WriteBoolean("truncated", row.Outcome.Truncated);
        });
    }

    private static void WriteMaybe(System.Text.Json.Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    /// <summary>An input, and what became of it.</summary>
    private sealed class Row(NamedInput input, int index)
    {
        public NamedInput Input => input;

        public int Index => index;

        /// <summary>The text; null for what is none.</summary>
        public string? Text => input.Content?.Text;

        public EmbeddingOutcome Outcome { get; set; }

        public float Score { get; set; }

        public SimileException? Error =>
            input.Error
            ?? Outcome.Error
            ?? (
                Text is null
                    ? new SimileException(ErrorCode.UnsupportedModality, "It is a picture, but a reranker reads texts only. Leave it out.")
                    : null
            );
    }
}
