// Retrieval for a language model: finds the passages that answer a question, and writes the prompt.
//   dotnet run --project examples/rag ["question" [folder]]
using System.Text;
using Simile;
using Simile.Hosting;
using Simile.Search;

const int Passages = 2;
var question = args.Length > 0 ? args[0] : "How do I keep bread from going stale?";
var folder = args.Length > 1 ? args[1] : "samples";

var host = SimileHost.OfThisMachine();
await using var model = await host.OpenModelAsync("simile-text-mini");

// host.OpenStore("notes.db", create: true) keeps the index; built again, it embeds only what has changed.
using var store = host.OpenTemporaryStore();
var report = await new IndexBuilder(store, model.Embedder).BuildAsync([folder]);
foreach (var problem in report.Problems)
{
    Console.Error.WriteLine($"Left out: {problem.Path}: {problem.Error?.Message}");
}

// By meaning and by words, the two rankings fused.
var searcher = await Searcher.OpenAsync(store, model.Embedder);
var hits = await searcher.SearchAsync(Content.Of(question), new SearchOptions { Mode = SearchMode.Hybrid, Top = Passages });

Console.WriteLine($"The best passages for: {question}");
foreach (var hit in hits)
{
    Console.WriteLine($"  {hit.Rank}. {hit.Path}:{hit.StartLine}-{hit.EndLine}  {hit.Heading}");
}

var prompt = new StringBuilder(
    "Answer the question from the passages alone, and name the ones that you used by their numbers. If they do not hold the answer, "
        + "say so.\n"
);
foreach (var hit in hits)
{
    prompt.Append($"\n[{hit.Rank}] {hit.Heading}\n{hit.Text}\n");
}

prompt.Append($"\nQuestion: {question}\n");

// Any chat client takes it from here.
Console.WriteLine("\nThe prompt:\n");
Console.Write(prompt);
