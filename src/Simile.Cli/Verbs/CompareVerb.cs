using System.CommandLine;
using System.Globalization;
using Simile.Cli.Input;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Vectors;

namespace Simile.Cli.Verbs;

internal static class CompareVerb
{
    public static Command Create(Lazy<SimileHost> host)
    {
        var (first, second) = (new Argument<string>("a") { Description = "A text, @file, @picture or -" }, new Argument<string>("b") { Description = "A text, @file, @picture or -" });
        var json = VerbOptions.Json();
        var verb = new Command("compare", "Say how alike two texts or pictures are, or one of each: the cosine of their vectors, from -1 to 1") { first, second, json };
        var model = new ModelOptions(verb, takesPictures: true);
        return verb.Does(async (parsed, cancellationToken) =>
        {
            string[] arguments = [parsed.GetValue(first)!, parsed.GetValue(second)!];
            await using var opened = await model.OpenAsync(host, parsed, ContentInputs.KindsOf(arguments), cancellationToken);
            var notice = new CutNotice();
            var batch = await notice.Over(opened.Embedder).EmbedAsync(Array.ConvertAll(arguments, ContentInputs.ReadOne), null, cancellationToken);
            notice.Tell();
            for (var i = 0; i < arguments.Length; i++)
            {
                if (batch.Outcomes[i].Error is { } error)
                {
                    throw new SimileException(error.Code, $"{(arguments[i].StartsWith('@') ? arguments[i][1..] : i == 0 ? "The first text" : "The second text")}: {error.Description}", error);
                }
            }

            var similarity = Similarity.Measure(batch, 0, batch, 1);
            if (!parsed.GetValue(json))
            {
                Console.WriteLine(similarity.ToString("F4", CultureInfo.InvariantCulture));
                return 0;
            }

            using var output = new JsonLines();
            output.Write(fields =>
            {
                fields.WriteNumber("similarity", similarity);
                fields.WriteString("space", batch.Space.ToString());
            });
            return 0;
        });
    }
}
