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
        var (first, second) = (new Argument<string>("a") { Description = "A text, @file or -" }, new Argument<string>("b") { Description = "A text, @file or -" });
        var json = VerbOptions.Json();
        var verb = new Command("compare", "Say how alike two texts are: the cosine of their vectors, from -1 to 1") { first, second, json };
        var model = new ModelOptions(verb);
        return verb.Does(async (parsed, cancellationToken) =>
        {
            var texts = new[] { TextInputs.ReadOne(parsed.GetValue(first)!), TextInputs.ReadOne(parsed.GetValue(second)!) };
            var embedder = await model.OpenAsync(host, parsed, cancellationToken);
            var batch = await embedder.EmbedAsync(texts, null, cancellationToken);
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
