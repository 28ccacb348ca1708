using System.CommandLine;
using Simile.Cli.Output;
using Simile.Hosting;
using Simile.Ingestion;

namespace Simile.Cli.Verbs;

internal static class IndexVerb
{
    private const int MaxChunkTokens = 1_000_000;

    public static Command Create(Lazy<SimileHost> host)
    {
        var paths = new Argument<string[]>("path") { Description = "Files and folders (.txt .md .html .csv .tsv .jsonl, source code, .jpg .png .gif .bmp .webp)", Arity = ArgumentArity.OneOrMore };
        var store = VerbOptions.Required("--store", "The index file", "FILE");
        var tokens = VerbOptions.Number("--chunk-tokens", "Most tokens of a chunk", new ChunkerOptions().MaxTokens, 1, MaxChunkTokens);
        var overlap = VerbOptions.Number("--overlap-tokens", "Tokens a chunk repeats of the one before", new ChunkerOptions().OverlapTokens, 0, MaxChunkTokens);
        var json = VerbOptions.Json();
        var verb = new Command("index", "Read files, cut them into chunks, embed and store them; run again it does only what changed") { paths, store, tokens, overlap, json };
        var model = new ModelOptions(verb, takesPictures: true);
        return verb.Does(async (parsed, cancellationToken) =>
        {
            var options = new ChunkerOptions { MaxTokens = parsed.GetValue(tokens), OverlapTokens = parsed.GetValue(overlap) };
            var files = parsed.GetValue(paths)!;
            await using var loaded = await model.OpenAsync(host, parsed, Indexing.NeedsOf(files), cancellationToken);
            using var opened = host.Value.OpenStore(parsed.GetValue(store)!, create: true);
            var report = await Indexing.RunAsync(opened, loaded, files, options, cancellationToken);
            if (parsed.GetValue(json))
            {
                using var output = new JsonLines();
                output.Write(fields =>
                {
                    fields.WriteNumber("files", report.Files);
                    fields.WriteNumber("changed", report.Changed);
                    fields.WriteNumber("removed", report.Removed);
                    fields.WriteNumber("chunks", report.Chunks);
                    fields.WriteNumber("problems", report.Problems.Count);
                });
            }
            else
            {
                Console.WriteLine($"{report.Files} files: {report.Changed} new or changed ({report.Chunks} chunks), {report.Removed} removed, {report.Problems.Count} with problems");
            }

            return report.Problems.Count > 0 ? 1 : 0;
        }, parsed => File.Exists(parsed.GetValue(store)) ? "The documents that are done stay in the index; the same command does the rest." : null);
    }
}
