using System.Globalization;
using System.Text.Json;
using Simile.Training.Alignment;

namespace Simile.Cli.Output;

/// <summary>The report of an alignment, for people and for programs.</summary>
internal static class AlignmentRendering
{
    public static void Write(AlignmentReport report, string folder, bool json)
    {
        if (json)
        {
            using var output = new JsonLines();
            output.Write(fields => WriteFields(fields, report, folder));
            return;
        }

        Console.WriteLine($"{AlignmentTraining.NameOf(report.Method)} ({report.Note}) on {Plural.Of(report.TrainPairs, "pair")}: {folder}");
        Console.WriteLine(
            $"Held out: {Plural.Of(report.TestPictures, "picture")} with "
                + Plural.Of(report.TestTexts, "text")
                + (report.Comparable ? string.Empty : "; the spaces had nothing in common before, shorter vectors are padded with zeros")
        );
        Console.WriteLine("recall in %, with 95 % confidence intervals (bootstrap by picture)");
        WriteDirection("text to picture", report.Before.TextToImage, report.After.TextToImage);
        WriteDirection("picture to text", report.Before.ImageToText, report.After.ImageToText);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"modality gap {report.Before.ModalityGap:F3} before, {report.After.ModalityGap:F3} after"
            )
        );
    }

    private static void WriteDirection(string title, IReadOnlyList<RecallAt> before, IReadOnlyList<RecallAt> after)
    {
        for (var i = 0; i < after.Count; i++)
        {
            Console.WriteLine(
                $"{title} @{after[i].K, -2}  before {Percent(before[i])}   after {Percent(after[i])}   chance "
                    + $"{(100 * after[i].Chance).ToString("F1", CultureInfo.InvariantCulture)}"
            );
        }
    }

    private static string Percent(RecallAt at) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * at.Recall, 5:F1} ({100 * at.Low:F1} to {100 * at.High:F1})");

    private static void WriteFields(Utf8JsonWriter json, AlignmentReport report, string folder)
    {
        json.WriteString("method", AlignmentTraining.NameOf(report.Method));
        json.WriteString("note", report.Note);
        json.WriteString("output", folder);
        json.WriteNumber("train_pairs", report.TrainPairs);
        json.WriteNumber("validation_pairs", report.ValidationPairs);
        json.WriteNumber("test_texts", report.TestTexts);
        json.WriteNumber("test_pictures", report.TestPictures);
        json.WriteBoolean("comparable_before", report.Comparable);
        WriteReport(json, "before", report.Before);
        WriteReport(json, "after", report.After);
    }

    private static void WriteReport(Utf8JsonWriter json, string name, RetrievalReport report)
    {
        json.WriteStartObject(name);
        WriteRecalls(json, "text_to_image", report.TextToImage);
        WriteRecalls(json, "image_to_text", report.ImageToText);
        json.WriteNumber("modality_gap", report.ModalityGap);
        json.WriteEndObject();
    }

    private static void WriteRecalls(Utf8JsonWriter json, string direction, IReadOnlyList<RecallAt> recalls)
    {
        json.WriteStartObject(direction);
        foreach (var at in recalls)
        {
            json.WriteStartObject($"recall@{at.K}");
            json.WriteNumber("value", at.Recall);
            json.WriteNumber("low", at.Low);
            json.WriteNumber("high", at.High);
            json.WriteNumber("chance", at.Chance);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
