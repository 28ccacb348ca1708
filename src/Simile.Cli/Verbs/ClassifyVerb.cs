using System.CommandLine;
using System.Globalization;
using System.Text.Json;
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
        var inputs = new Argument<string[]>("input")
        {
            Description = "Texts, @files, @pictures, @folders, or -",
            Arity = ArgumentArity.OneOrMore,
        };
        var labels = new Option<string[]>("--labels")
        {
            Description = "The labels, with commas between them",
            Required = true,
            HelpName = "A,B,…",
        };
        var templates = new Option<string[]>("--template")
        {
            Description = "A sentence around each label, with {} in its place; several are averaged",
            DefaultValueFactory = _ => ["{}"],
            HelpName = "TEXT",
        };
        var scale = VerbOptions.MaybeNumber(
            "--scale",
            "What cosines are multiplied with before the softmax. Default: what the model learned, else 100",
            0f,
            MaxScale
        );
        var (lines, json) = (VerbOptions.Lines(), VerbOptions.Json());
        var verb = new Command("classify", "Sort texts and pictures under labels that no training has seen, best label first")
        {
            inputs,
            labels,
            templates,
            scale,
            lines,
            json,
        };
        var model = new ModelOptions(verb, takesPictures: true);
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                var names = parsed
                    .GetValue(labels)!
                    .SelectMany(list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                    .ToArray();
                var arguments = parsed.GetValue(inputs)!;
                await using var opened = await model.OpenAsync(
                    host,
                    parsed,
                    ContentInputs.KindsOf(arguments) | Modality.Text,
                    cancellationToken
                );
                var texts =
                    opened.Embedder.Texts
                    ?? throw new SimileException(
                        ErrorCode.UnsupportedModality,
                        $"{model.Model(parsed)} embeds pictures only, but labels are texts. Use a model of both kinds ('simile models "
                            + "list')."
                    );
                var notice = new CutNotice();
                var options = new ZeroShotOptions
                {
                    Templates = parsed.GetValue(templates)!,
                    Scale = parsed.GetValue(scale) ?? opened.LogitScale,
                };
                var classifier = await ZeroShotClassifier<Content>.CreateAsync(
                    notice.Over(opened.Embedder),
                    texts,
                    names,
                    options,
                    cancellationToken
                );
                var contents = await ContentInputs
                    .ReadAsync(arguments, parsed.GetValue(lines), cancellationToken)
                    .ToArrayAsync(cancellationToken);
                var answers = await classifier.ClassifyAsync(
                    [.. contents.Where(input => input.Content is not null).Select(input => input.Content!)],
                    cancellationToken
                );
                notice.Tell();
                return Write(contents, answers, parsed.GetValue(json));
            }
        );
    }

    private static int Write(NamedInput[] inputs, IReadOnlyList<Classification> answers, bool json)
    {
        using var output = json ? new JsonLines() : null;
        var (failed, answered) = (new FailedRows(), 0);
        for (var i = 0; i < inputs.Length; i++)
        {
            var answer = inputs[i].Error is { } unread ? new Classification([], new(0, 0, unread)) : answers[answered++];
            if (answer.Outcome.Error is { } error)
            {
                failed.Add(inputs[i].Name, error);
                output?.Write(fields =>
                {
                    fields.WriteNumber("index", i);
                    WriteName(fields, inputs[i]);
                    JsonLines.WriteError(fields, error);
                });
            }

            Write(answer, inputs[i], inputs.Length > 1 ? i : null, output);
        }

        return failed.Tell();
    }

    // With one input there is nothing to tell apart, so its number and name are left away.
    private static void Write(Classification answer, NamedInput input, int? index, JsonLines? output)
    {
        var name = index is null ? string.Empty : $"{SafeText.Line(input.Id ?? index.Value.ToString(CultureInfo.InvariantCulture))}\t";
        foreach (var (label, score) in answer.Scores)
        {
            if (output is null)
            {
                Console.WriteLine($"{name}{score.ToString("F4", CultureInfo.InvariantCulture)}\t{SafeText.Line(label)}");
            }

            output?.Write(fields =>
            {
                if (index is { } number)
                {
                    fields.WriteNumber("index", number);
                    WriteName(fields, input);
                }

                fields.WriteString("label", label);
                fields.WriteNumber("score", score);
            });
        }
    }

    private static void WriteName(Utf8JsonWriter json, NamedInput input)
    {
        if (input.Id is { } id)
        {
            json.WriteString("id", id);
        }
    }
}
