using System.CommandLine;
using System.Text.Json;
using Simile.Cli.Input;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Models;
using Simile.Text;
using Simile.Tokenization;

namespace Simile.Cli.Verbs;

internal static class InspectVerb
{
    public static Command Create(Lazy<SimileHost> host)
    {
        var input = new Argument<string>("input") { Description = "A text, @file, @picture or -" };
        var (lines, json) = (VerbOptions.Lines(), VerbOptions.Json());
        var picture = new PictureInspection();
        var verb = new Command(
            "inspect",
            "Show what the model sees: of a text its tokens, their ids and places; of a picture its size, orientation and pixels"
        )
        {
            input,
            lines,
            json,
            picture.Stage,
            picture.Output,
        };
        var model = new ModelOptions(verb, takesPictures: true);
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                var argument = parsed.GetValue(input)!;
                if (ContentInputs.KindsOf(argument) == Modality.Image)
                {
                    return await picture.RunAsync(
                        argument[1..],
                        parsed,
                        parsed.GetValue(json),
                        needs => model.OpenAsync(host, parsed, needs, cancellationToken),
                        cancellationToken
                    );
                }

                picture.RefuseFor(parsed);
                await using var opened = await model.OpenAsync(host, parsed, Modality.Text, cancellationToken);
                var embedder = opened.TextModel!;
                using var output = parsed.GetValue(json) ? new JsonLines() : null;
                if (parsed.GetValue(lines))
                {
                    return await InspectLinesAsync(embedder, ContentInputs.ReadAsync([argument], lines: true, cancellationToken), output);
                }

                Inspect(embedder, TextInputs.ReadOne(argument), output, _ => { });
                return 0;
            }
        );
    }

    private static async Task<int> InspectLinesAsync(TextEmbedder embedder, IAsyncEnumerable<NamedInput> inputs, JsonLines? output)
    {
        var (index, failed) = (0L, new FailedRows());
        await foreach (var input in inputs)
        {
            var number = index++;
            void WriteName(Utf8JsonWriter fields)
            {
                fields.WriteNumber("index", number);
                if (input.Id is { } id)
                {
                    fields.WriteString("id", id);
                }
            }

            try
            {
                var text =
                    input.Content?.Text
                    ?? throw input.Error ?? new SimileException(ErrorCode.UnsupportedModality, "It is a picture; --lines is for texts.");
                if (output is null)
                {
                    Console.WriteLine($"{SafeText.Line(input.Name)}:");
                }

                Inspect(embedder, text, output, WriteName);
            }
            catch (SimileException error)
            {
                failed.Add(input.Name, error);
                output?.Write(fields =>
                {
                    WriteName(fields);
                    JsonLines.WriteError(fields, error);
                });
            }
        }

        return failed.Tell();
    }

    private static void Inspect(TextEmbedder embedder, string text, JsonLines? output, Action<Utf8JsonWriter> writeName)
    {
        var tokens = new TokenBuffer();
        var seen = embedder.Inspect(text, tokens);
        if (output is not null)
        {
            output.Write(fields =>
            {
                writeName(fields);
                WriteFields(fields, embedder.Tokenizer, tokens, seen > tokens.Count);
            });
            return;
        }

        for (var i = 0; i < tokens.Count; i++)
        {
            Console.WriteLine($"{tokens.Ids[i], 7}  {embedder.Tokenizer.TokenOf(tokens.Ids[i]), -20}  {tokens.Starts[i]}-{tokens.Ends[i]}");
        }

        if (seen > tokens.Count)
        {
            Console.WriteLine($"Cut: the text has {Plural.Of(seen, "token")}, the model takes {tokens.Count}.");
        }
    }

    private static void WriteFields(Utf8JsonWriter json, ITokenizer tokenizer, TokenBuffer tokens, bool truncated)
    {
        json.WriteStartArray("tokens");
        foreach (var id in tokens.Ids)
        {
            json.WriteStringValue(tokenizer.TokenOf(id));
        }

        json.WriteEndArray();
        json.WriteStartArray("ids");
        foreach (var id in tokens.Ids)
        {
            json.WriteNumberValue(id);
        }

        json.WriteEndArray();
        json.WriteStartArray("offsets");
        for (var i = 0; i < tokens.Count; i++)
        {
            json.WriteStartArray();
            json.WriteNumberValue(tokens.Starts[i]);
            json.WriteNumberValue(tokens.Ends[i]);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteBoolean("truncated", truncated);
    }
}
