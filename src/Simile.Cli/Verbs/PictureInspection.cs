using System.CommandLine;
using System.Runtime.InteropServices;
using Simile.Cli.Output;
using Simile.Engine.Files;
using Simile.Hosting;
using Simile.Images;
using Simile.Imaging;
using Simile.Imaging.Preparation;
using Simile.Models;
using Simile.Vectors.Files;

namespace Simile.Cli.Verbs;

/// <summary>'inspect' of a picture: what it is, and its pixels before or after preparation.</summary>
internal sealed class PictureInspection
{
    /// <summary>Which pixels are written.</summary>
    public Option<PictureStage> Stage { get; } =
        VerbOptions.Choice("--stage", "Of a picture: the upright pixels, or what the network sees of them", PictureStage.Decoded);

    /// <summary>Where they are written to.</summary>
    public Option<string?> Output { get; } =
        VerbOptions.Named("--output", "Of a picture: write (H, W, 3) bytes, or (3, H, W) floats when prepared", "FILE.npy");

    /// <summary>Inspects one picture.</summary>
    public async Task<int> RunAsync(
        string path,
        ParseResult parsed,
        bool asJson,
        Func<Modality, Task<EmbeddingModel>> open,
        CancellationToken cancellationToken
    )
    {
        var output = parsed.GetValue(Output);
        if (output is not null)
        {
            OutputGuard.Require(output, [path]);
        }

        var decoded = await DecodeAsync(path, cancellationToken);
        if (parsed.GetValue(Stage) == PictureStage.Prepared)
        {
            await using var model = await open(Modality.Image);
            var embedder =
                model.ImageModel
                ?? throw new SimileException(
                    ErrorCode.UnsupportedModality,
                    "The model embeds no pictures. Use one that does (--model, --image-model)."
                );
            var prepared = embedder.Preparation.Prepare(decoded.Image);
            WriteInfo(asJson, decoded, (prepared.Width, prepared.Height));
            Save(output, file => PixelFiles.Write(file, prepared));
            return 0;
        }

        WriteInfo(asJson, decoded, null);
        Save(output, file => PixelFiles.Write(file, decoded.Image));
        return 0;
    }

    /// <summary>Refuses the options of pictures for a text.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public void RefuseFor(ParseResult parsed)
    {
        if (parsed.GetValue(Output) is not null || parsed.GetResult(Stage) is { Implicit: false })
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                "--stage and --output are for pictures ('@' stands before a picture's file name)."
            );
        }
    }

    private static async Task<DecodedImage> DecodeAsync(string path, CancellationToken cancellationToken)
    {
        var limits = ImageLimits.Default;
        return await Task.Run(
            () => new ImageReader(limits).Read(RegularFile.ReadAllBytes(path, limits.MaxFileBytes), cancellationToken),
            cancellationToken
        );
    }

    private static void Save(string? output, Action<string> write)
    {
        if (output is not null)
        {
            write(output);
            Console.Error.WriteLine($"Written to {output}");
        }
    }

    private static void WriteInfo(bool asJson, DecodedImage picture, (int Width, int Height)? prepared)
    {
        var (image, sha256) = (picture.Image, picture.Image.Sha256());
        if (!asJson)
        {
            Console.WriteLine(
                $"{picture.Format}, {image.Width} × {image.Height} pixels upright, orientation {picture.Orientation}"
                    + (prepared is { } to ? $", prepared {to.Width} × {to.Height}" : string.Empty)
            );
            Console.WriteLine($"SHA-256 of its pixels {sha256}");
            return;
        }

        using var output = new JsonLines();
        output.Write(json =>
        {
            json.WriteNumber("width", image.Width);
            json.WriteNumber("height", image.Height);
            json.WriteNumber("orientation", picture.Orientation);
            json.WriteString("sha256", sha256);
            json.WriteString("format", picture.Format.ToString().ToLowerInvariant());
        });
    }
}

/// <summary>A stage of a picture on its way into a network.</summary>
internal enum PictureStage
{
    /// <summary>Upright RGB bytes.</summary>
    Decoded,

    /// <summary>The network's input.</summary>
    Prepared,
}

/// <summary>Writes pictures as numpy arrays, to be compared with what Python makes of them.</summary>
internal static class PixelFiles
{
    /// <summary>Writes (H, W, 3) bytes.</summary>
    public static void Write(string path, RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var stream = File.Create(path);
        NpyHeader.Write(stream, "|u1", image.Height, image.Width, 3);
        stream.Write(image.Pixels);
    }

    /// <summary>Writes (3, H, W) 32-bit floats.</summary>
    public static void Write(string path, PreparedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var stream = File.Create(path);
        NpyHeader.Write(stream, "<f4", 3, image.Height, image.Width);
        stream.Write(MemoryMarshal.AsBytes(image.Values.AsSpan()));
    }
}
