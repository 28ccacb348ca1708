using System.CommandLine;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Simile.Cli.Output;
using Simile.Hosting;

namespace Simile.Cli.Verbs;

internal static class DoctorVerb
{
    public static Command Create(Lazy<SimileHost> host)
    {
        var json = VerbOptions.Json();
        var verb = new Command("doctor", "Show what this machine offers, and check every installed model") { json };
        return verb.Does(
            async (parsed, cancellationToken) =>
            {
                var checks = new List<(string Model, string Result, bool? Sound)>();
                foreach (var name in host.Value.Catalog.Names)
                {
                    checks.Add(await CheckAsync(host.Value, name, cancellationToken));
                }

                var chosen = host.Value.Settings.Default;
                var isThere = DefaultRendering.FolderOf(host.Value, chosen) is not null;
                Write(parsed.GetValue(json), DoctorKernels.Measure(), checks, chosen, isThere);
                return isThere && checks.Count > 0 && checks.TrueForAll(check => check.Sound != false) ? 0 : 1;
            }
        );
    }

    private static async Task<(string Model, string Result, bool? Sound)> CheckAsync(
        SimileHost host,
        string name,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var folder = host.Catalog.Resolve(name);
            return host.MissingFor(folder) is { } missing
                ? (name, missing, null)
                : (name, (await host.VerifyAsync(folder, cancellationToken)).Summary, true);
        }
        catch (SimileException error)
        {
            return (name, error.Message, false);
        }
    }

    private static void Write(
        bool asJson,
        IReadOnlyList<DoctorKernels> kernels,
        List<(string Model, string Result, bool? Sound)> checks,
        DefaultModel chosen,
        bool isThere
    )
    {
        var vectorBits =
            Vector512.IsHardwareAccelerated ? 512
            : Vector256.IsHardwareAccelerated ? 256
            : Vector128.IsHardwareAccelerated ? 128
            : 0;
        if (asJson)
        {
            using var output = new JsonLines();
            output.Write(json =>
            {
                json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
                json.WriteString("system", RuntimeInformation.RuntimeIdentifier);
                json.WriteNumber("processors", Environment.ProcessorCount);
                json.WriteNumber("vector_bits", vectorBits);
                DefaultRendering.Fields(json, chosen);
                json.WriteBoolean("default_installed", isThere);
                json.WriteStartArray("kernels");
                foreach (var kernel in kernels)
                {
                    kernel.Write(json);
                }

                json.WriteEndArray();
                json.WriteStartArray("models");
                foreach (var (model, result, sound) in checks)
                {
                    json.WriteStartObject();
                    json.WriteString("model", model);
                    if (sound is { } known)
                    {
                        json.WriteBoolean("sound", known);
                    }
                    else
                    {
                        json.WriteNull("sound");
                    }

                    json.WriteString("result", result);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return;
        }

        Console.WriteLine(
            $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}, {Environment.ProcessorCount} "
                + $"processors, vectors of {vectorBits} bits"
        );
        foreach (var kernel in kernels)
        {
            Console.WriteLine(kernel.Line);
        }

        foreach (var (model, result, sound) in checks)
        {
            Console.WriteLine($"{(sound is null ? "--  " : sound.Value ? "ok  " : "BAD ")} {model}: {result}");
        }

        Console.WriteLine(
            isThere
                ? $"ok   {SafeText.Line(chosen.Name)} is used where no model is named ({DefaultRendering.Origin(chosen)})"
                : $"BAD  {SafeText.Line(chosen.Name)} should be used where no model is named ({DefaultRendering.Origin(chosen)}), but "
                    + "it is not there: 'simile models use NAME' chooses another, 'simile models use --reset' the one that comes with "
                    + "Simile"
        );
        if (checks.Count == 0)
        {
            Console.WriteLine("BAD  no model is installed (set SIMILE_MODELS to a folder of model folders)");
        }
    }
}
