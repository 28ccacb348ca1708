using System.CommandLine;
using System.Globalization;
using Simile.Cli.Input;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Models;
using Simile.Multimodal;

namespace Simile.Cli.Verbs;

internal static class ClassifyVerb
{
    private const float MaxScale = 1e6f;

    public static Command Create(Lazy<SimileHost> host)
    {
        var inputs = new Argument<string[]>("input") { Description = "Texts, @files, @pictures, @folders of pictures, or -", Arity = ArgumentArity.OneOrMore };
        var labels = new Option<string[]>("--labels") { Description = "The labels, with commas between them", Required = true, HelpName = "A,B,…" };
        var templates = new Option<string[]>("--template") { Description = "A sentence around each label, with {} in its place; several are averaged", DefaultValueFactory = _ => ["{}"], HelpName = "TEXT" };
        var scale = VerbOptions.MaybeNumber("--scale", "What cosines are multiplied with before the softmax. Default: what the model learned, else 100", 0f, MaxScale);
        var (lines, json) = (VerbOptions.Lines(), VerbOptions.Json());
        var verb = new Command("classify", "Sort texts and pictures under labels that no training has seen, best label first") { inputs, labels, templates, scale, lines, json };
        var model = new ModelOptions(verb, takesPictures: true);
        return verb.Does(async (parsed, cancellationToken) =>
        {
            var names = parsed.GetValue(labels)!.SelectMany(list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToArray();
            var arguments = parsed.GetValue(inputs)!;
            await using var opened = await model.OpenAsync(host, parsed, ContentInputs.KindsOf(arguments) | Modality.Text, cancellationToken);
            var texts = opened.Embedder.Texts ?? throw new SimileException(ErrorCode.UnsupportedModality, $"{model.Model(parsed)} embeds pictures only, but labels are texts. Use a model of both kinds ('simile models list').");
            var options = new ZeroShotOptions { Templates = parsed.GetValue(templates)!, Scale = parsed.GetValue(scale) ?? opened.LogitScale };
            var classifier = await ZeroShotClassifier<Content>.CreateAsync(opened.Embedder, texts, names, options, cancellationToken);
            var contents = ContentInputs.Read(arguments, parsed.GetValue(lines)).ToArray();
            return Write(await classifier.ClassifyAsync(contents, cancellationToken), parsed.GetValue(json));
        });
    }

    private static int Write(IReadOnlyList<Classification> answers, bool json)
    {
        using var output = json ? new JsonLines() : null;
        for (var i = 0; i < answers.Count; i++)
        {
            Write(answers[i], answers.Count > 1 ? i : null, output);
        }

        return answers.All(answer => answer.Outcome.Succeeded) ? 0 : 1;
    }

    // With one input there is nothing to tell apart, so its number is left away.
    private static void Write(Classification answer, int? index, JsonLines? output)
    {
        if (answer.Outcome.Error is { } error)
        {
            output?.Write(fields =>
            {
                fields.WriteNumber("index", index ?? 0);
                JsonLines.WriteError(fields, error);
            });
            Console.Error.WriteLine($"error {error.Code}: input {index ?? 0}: {error.Description}");
        }

        foreach (var (label, score) in answer.Scores)
        {
            if (output is null)
            {
                Console.WriteLine($"{(index is null ? string.Empty : $"{index}\t")}{score.ToString("F4", CultureInfo.InvariantCulture)}\t{label}");
            }

            output?.Write(fields =>
            {
                if (index is { } number)
                {
                    fields.WriteNumber("index", number);
                }

                fields.WriteString("label", label);
                fields.WriteNumber("score", score);
            });
        }
    }
}
