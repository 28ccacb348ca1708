using System.Globalization;
using Simile.Imaging;

namespace Simile.Tests.Imaging.Decoding;

/// <summary>Damages files in ways that a seed fixes; each must be read or refused with a code. The variables SIMILE_MUTATIONS and
/// SIMILE_SEED ask for more and others (CONTRIBUTING.md).</summary>
internal static class PictureMutations
{
    private const int UsualCount = 2000;
    private const int UsualSeed = 20261124;
    private static readonly ImageReader Reader = new(PictureCases.Patient with { MaxPixels = 1 << 22 });

    /// <summary>Reads damaged files.</summary>
    /// <param name="files">The files before damage.</param>
    /// <param name="repair">Repairs checksums, so that damage gets past them; asked every second time.</param>
    public static void Run(byte[][] files, Action<byte[]>? repair = null)
    {
        var random = new Random(Variable("SIMILE_SEED", UsualSeed));
        var count = Variable("SIMILE_MUTATIONS", UsualCount);
        for (var round = 0; round < count; round++)
        {
            var mutant = Mutate(files[random.Next(files.Length)], random);
            if (round % 2 == 0)
            {
                repair?.Invoke(mutant);
            }

            Read(mutant, round);
        }
    }

    private static int Variable(string name, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : usual;

    private static void Read(byte[] mutant, int round)
    {
        try
        {
            Reader.Read(mutant);
        }
        catch (SimileException)
        {
            // A refusal with a code is what a damaged file should end in.
        }
        catch (Exception error)
        {
            Assert.Fail($"Mutant {round} of {mutant.Length} bytes ends in {error}: {Convert.ToHexString(mutant)}");
        }
    }

    private static byte[] Mutate(byte[] file, Random random)
    {
        for (var count = random.Next(1, 4); count > 0 && file.Length > 0; count--)
        {
            var at = random.Next(file.Length);
            var length = random.Next(1, Math.Min(24, file.Length - at) + 1);
            file = random.Next(6) switch
            {
                0 => file[..at],
                1 => [.. file[..at], .. file[(at + length)..]],
                2 => [.. file[..(at + length)], .. file[at..]],
                3 => [.. file[..at], .. Noise(length, random), .. file[at..]],
                4 => Replace(file, at, (byte)(file[at] ^ (1 << random.Next(8)))),
                _ => Replace(file, Math.Min(at, random.Next(64)), (byte)random.Next(256)),
            };
        }

        return file;
    }

    private static byte[] Noise(int length, Random random)
    {
        var noise = new byte[length];
        random.NextBytes(noise);
        return noise;
    }

    private static byte[] Replace(byte[] file, int at, byte value)
    {
        var copy = (byte[])file.Clone();
        copy[at] = value;
        return copy;
    }
}
