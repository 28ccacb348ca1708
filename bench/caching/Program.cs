using System.Globalization;
using Simile.Bench;
using Simile.Caching;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["hits"]:
        CacheBench.Hits();
        break;
    case ["calls", var model]:
        await CacheBench.CallsAsync(model);
        break;
    case ["bound"]:
        CacheBench.Bound(CachePrecision.Float32);
        CacheBench.Bound(CachePrecision.Float16);
        break;
    case ["sqlite"]:
        await SqliteBench.RunAsync();
        break;
    case ["overhead", var model]:
        await OverheadBench.RunAsync(model);
        break;
    default:
        Console.Error.WriteLine(
            """
            dotnet run -c Release --project bench/caching -- hits            a memory cache's hits, 8 threads
            dotnet run -c Release --project bench/caching -- calls MODEL     whole calls of one text, answered by a memory cache
            dotnet run -c Release --project bench/caching -- bound           10,000,000 lookups, a working set of twice the bound
            dotnet run -c Release --project bench/caching -- sqlite          an SQLite cache: hits, misses, entries put in
            dotnet run -c Release --project bench/caching -- overhead MODEL  monitor, cache and batching before a model, every input a miss
            """
        );
        return 2;
}

return 0;
