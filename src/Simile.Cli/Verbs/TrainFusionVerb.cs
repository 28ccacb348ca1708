using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Models;
using Simile.Multimodal;
using Simile.Training.Evaluation;

namespace Simile.Cli.Verbs;

/// <summary>Measures which weight of meaning against words suits a model on judged data, and writes it where searches with the model find
/// it.</summary>
internal static class TrainFusionVerb
{
    private const int Steps = 20;

    public static Command Create(Lazy<SimileHost> host)
    {
        var folders = new Argument<string[]>("folder")
        {
            Description = "Judged data in BEIR's layout: corpus.jsonl, queries.jsonl, qrels/test.tsv",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = VerbOptions.Named("--output", "The file to write. Default: simile.json in the model's folder", "FILE");
        var json = VerbOptions.Json();
        var verb = new Command(
            "fusion",
            "Measure how a hybrid search with a model should weigh meaning against words, on judged data, and keep it with the model"
        )
        {
            folders,
            output,
            json,
        };
        var model = new ModelOptions(verb);
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                var (notice, data) = (new CutNotice(), parsed.GetValue(folders)!);
                await using var opened = await model.OpenAsync(host, parsed, Modality.Text, cancellationToken);
                var target = parsed.GetValue(output) ?? Path.Combine(FolderOf(host.Value, opened.Name), SearchSettings.FileName);
                OutputGuard.Require(
                    target,
                    data.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
                );
                var weights = Enumerable.Range(0, Steps + 1).Select(step => (double)step / Steps).ToArray();
                var measured = new List<double[]>();
                foreach (var folder in data)
                {
                    var dataset = RetrievalDataset.Load(folder);
                    using var store = host.Value.OpenTemporaryStore();
                    var evaluator = await ProgressBar.RunAsync(
                        $"Indexing {folder}",
                        0,
                        _ => RetrievalEvaluator.PrepareAsync(dataset, notice.Over(opened.Texts!), store, cancellationToken)
                    );
                    measured.Add(await ProgressBar.RunAsync("Asking", 0, _ => evaluator.EvaluateFusionAsync(weights, cancellationToken)));
                }

                notice.Tell();
                var means = weights.Select((_, i) => measured.Average(one => one[i])).ToArray();

                // Where several are best, the one that is nearest to what holds for the model now.
                var now = opened.TextModel!.Search.DenseWeight;
                var best = Enumerable.Range(0, means.Length).Where(i => means[i] == means.Max()).MinBy(i => Math.Abs(weights[i] - now));
                Tell(parsed.GetValue(json), data, weights, measured, best);
                Write(target, weights[best]);
                Console.Error.WriteLine(
                    $"{target} written: searches with {opened.Name} give meaning the weight "
                        + $"{weights[best].ToString(CultureInfo.InvariantCulture)}"
                );
                return 0;
            }
        );
    }

    // The settings belong to the model that embeds the texts, which an alignment or an image model only names.
    private static string FolderOf(SimileHost host, string name) =>
        new ModelResolver(host.Models).Find(name, Modality.Text, imageModel: null).Texts!.Folder.Path;

    // Put in place by renaming: a model with half a settings file would not load.
    private static void Write(string target, double weight)
    {
        var json = new JsonObject { ["fusion"] = new JsonObject { ["dense_weight"] = weight } };
        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        File.WriteAllText(temporary, json.ToJsonString() + "\n");
        File.Move(temporary, target, overwrite: true);
    }

    private static void Tell(bool json, string[] folders, double[] weights, List<double[]> measured, int best)
    {
        using var output = json ? new JsonLines() : null;
        foreach (var (folder, found) in folders.Zip(measured))
        {
            output?.Write(fields =>
            {
                fields.WriteString("folder", folder);
                fields.WriteNumber("dense_weight", weights[best]);
                fields.WriteNumber("hybrid", found[best]);
                fields.WriteNumber("dense", found[^1]);
                fields.WriteNumber("keyword", found[0]);
            });
            if (output is null)
            {
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{folder} nDCG@10: hybrid {found[best]:F4} with the weight {weights[best]}, meaning alone {found[^1]:F4}, "
                            + $"words alone {found[0]:F4}"
                    )
                );
            }

            if (found[best] < Math.Max(found[0], found[^1]))
            {
                Console.Error.WriteLine($"{folder}: one of the two alone is better there");
            }
        }
    }
}
