using System.CommandLine;
using Simile.Cli.Input;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Models;
using Simile.Tokenization;

namespace Simile.Cli.Verbs;

internal static class InspectVerb
{
    public static Command Create(Lazy<SimileHost> host)
    {
        var (input, json) = (new Argument<string>("input") { Description = "A text, @file, @picture or -" }, VerbOptions.Json());
        var picture = new PictureInspection();
        var verb = new Command("inspect", "Show what the model sees: of a text its tokens, their ids and places; of a picture its size, orientation and pixels") { input, json, picture.Stage, picture.Output };
        var model = new ModelOptions(verb, takesPictures: true);
        return verb.Does(async (parsed, cancellationToken) =>
        {
            var argument = parsed.GetValue(input)!;
            if (ContentInputs.KindsOf(argument) == Modality.Image)
            {
                return await picture.RunAsync(argument[1..], parsed, parsed.GetValue(json), needs => model.OpenAsync(host, parsed, needs, cancellationToken), cancellationToken);
            }

            picture.RefuseFor(parsed);
            var text = TextInputs.ReadOne(argument);
            var embedder = await model.OpenAsync(host, parsed, cancellationToken);
            var tokens = new TokenBuffer();
            var seen = embedder.Inspect(text, tokens);
            if (parsed.GetValue(json))
            {
                WriteJson(embedder.Tokenizer, tokens, seen > tokens.Count);
                return 0;
            }

            for (var i = 0; i < tokens.Count; i++)
            {
                Console.WriteLine($"{tokens.Ids[i],7}  {embedder.Tokenizer.TokenOf(tokens.Ids[i]),-20}  {tokens.Starts[i]}-{tokens.Ends[i]}");
            }

            if (seen > tokens.Count)
            {
                Console.WriteLine($"Cut: the text has {seen} tokens, the model takes {tokens.Count}.");
            }

            return 0;
        });
    }

    private static void WriteJson(ITokenizer tokenizer, TokenBuffer tokens, bool truncated)
    {
        using var output = new JsonLines();
        output.Write(json =>
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
        });
    }
}
