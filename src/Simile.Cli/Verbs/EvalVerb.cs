using System.CommandLine;
using System.Globalization;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Search;
using Simile.Training.Evaluation;

namespace Simile.Cli.Verbs;

internal static class EvalVerb
{
    public static Command Create(Lazy<SimileHost> host) =>
        new("eval", "Measure a model's quality on judged data") { Sts(host), Retrieval(host) };

    private static Command Sts(Lazy<SimileHost> host)
    {
        var files = new Argument<string[]>("file")
        {
            Description = "Files of score TAB sentence TAB sentence",
            Arity = ArgumentArity.OneOrMore,
        };
        var json = VerbOptions.Json();
        var verb = new Command("sts", "Agreement with people's judgements of similarity: Spearman's and Pearson's correlation")
        {
            files,
            json,
        };
        var model = new ModelOptions(verb);
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                var notice = new CutNotice();
                await using var opened = await model.OpenAsync(host, parsed, Modality.Text, cancellationToken);
                var embedder = opened.Texts!;
                using var output = parsed.GetValue(json) ? new JsonLines() : null;
                foreach (var file in parsed.GetValue(files)!)
                {
                    var result = await StsEvaluator.EvaluateAsync(notice.Over(embedder), file, cancellationToken);
                    if (result.LeftOut > 0)
                    {
                        Console.Error.WriteLine(
                            $"{file}: {Plural.Of(result.LeftOut, "pair")} left out, since a sentence has no vector (it is empty, or "
                                + "the model knows no token of it)"
                        );
                    }

                    if (output is null)
                    {
                        Console.WriteLine(
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"{file}: {Plural.Of(result.Pairs, "pair")}, Spearman {result.Spearman:F4}, Pearson {result.Pearson:F4}"
                            )
                        );
                    }

                    output?.Write(fields =>
                    {
                        fields.WriteString("file", result.File);
                        fields.WriteNumber("pairs", result.Pairs);
                        fields.WriteNumber("spearman", result.Spearman);
                        fields.WriteNumber("pearson", result.Pearson);
                        fields.WriteNumber("left_out", result.LeftOut);
                    });
                }

                notice.Tell();
                return 0;
            }
        );
    }

    private static Command Retrieval(Lazy<SimileHost> host)
    {
        var folders = new Argument<string[]>("folder")
        {
            Description = "Folders in BEIR's layout: corpus.jsonl, queries.jsonl, qrels/test.tsv",
            Arity = ArgumentArity.OneOrMore,
        };
        var json = VerbOptions.Json();
        var verb = new Command(
            "retrieval",
            "Quality of search by meaning, by words and by both (and reranked): nDCG@10, recall@100, MRR@10"
        )
        {
            folders,
            json,
        };
        var model = new ModelOptions(verb);
        var rerank = new RerankOptions(verb);
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                var (notice, pairs) = (new CutNotice(), new CutNotice("pair"));
                await using var reranker = await rerank.OpenAsync(host, model, parsed, cancellationToken);
                await using var opened = await model.OpenAsync(host, parsed, Modality.Text, cancellationToken);
                var embedder = opened.Texts!;
                using var output = parsed.GetValue(json) ? new JsonLines() : null;
                foreach (var folder in parsed.GetValue(folders)!)
                {
                    var dataset = RetrievalDataset.Load(folder);
                    using var store = host.Value.OpenTemporaryStore();
                    var evaluator = await ProgressBar.RunAsync(
                        "Indexing",
                        0,
                        _ => RetrievalEvaluator.PrepareAsync(dataset, notice.Over(embedder), store, cancellationToken)
                    );
                    if (evaluator.WithoutVector > 0)
                    {
                        Console.Error.WriteLine(
                            $"{folder}: {Plural.Of(evaluator.WithoutVector, "document")} without a vector (empty, or the model knows "
                                + "no token of them), found by words alone"
                        );
                    }

                    foreach (var mode in (SearchMode[])[SearchMode.Dense, SearchMode.Keyword, SearchMode.Hybrid])
                    {
                        var result = await evaluator.EvaluateAsync(new SearchOptions { Mode = mode }, cancellationToken);
                        Write(output, folder, result);
                    }

                    if (reranker is not null)
                    {
                        var reordering = new HitReranker(pairs.Over(reranker), rerank.Depth(parsed));
                        Write(output, folder, await evaluator.EvaluateAsync(new SearchOptions(), reordering, cancellationToken));
                    }
                }

                notice.Tell();
                pairs.Tell();
                return 0;
            }
        );
    }

    private static void Write(JsonLines? output, string folder, RetrievalResult result)
    {
        var mode = result.Mode.ToString().ToLowerInvariant() + (result.Reranked ? "+rerank" : string.Empty);
        if (result.Unscored > 0)
        {
            Console.Error.WriteLine(
                $"{folder} {mode}: {Plural.Of(result.Unscored, "answer")} of all queries without a score of the reranker kept their places"
            );
        }

        if (result.Unanswered > 0)
        {
            Console.Error.WriteLine(
                $"{folder} {mode}: {(result.Unanswered == 1 ? "1 query" : result.Unanswered + " queries")} without a vector counted "
                    + "as finding nothing"
            );
        }

        if (output is null)
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{folder} {mode, -8} {Plural.Of(result.Queries, "query", "queries")}, nDCG@10 {result.Ndcg10:F4}, recall@100 "
                        + $"{result.Recall100:F4}, MRR@10 {result.Mrr10:F4}"
                )
            );
        }

        output?.Write(fields =>
        {
            fields.WriteString("folder", folder);
            fields.WriteString("mode", mode);
            fields.WriteNumber("queries", result.Queries);
            fields.WriteNumber("ndcg@10", result.Ndcg10);
            fields.WriteNumber("recall@100", result.Recall100);
            fields.WriteNumber("mrr@10", result.Mrr10);
            fields.WriteNumber("unanswered", result.Unanswered);
            if (result.Reranked)
            {
                fields.WriteNumber("unscored", result.Unscored);
            }
        });
    }
}
