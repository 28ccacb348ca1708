using System.Security.Cryptography;
using System.Text.Json;
using Simile.Imaging;
using Simile.Imaging.Resampling;

namespace Simile.Tests.Imaging.Resampling;

public class ResamplerTests
{
    public static TheoryData<string> Filters => [.. Enum.GetNames<ResampleFilter>()];

    [Theory]
    [MemberData(nameof(Filters))]
    public void PixelsAreThoseOfPillow(string filter)
    {
        var cases = Expected().Cases.Where(expected => expected.Filter == filter).ToList();
        Assert.Equal(45, cases.Count);
        Assert.All(
            cases,
            expected =>
            {
                var result = Resampler.Resize(
                    Source(expected.Source[0], expected.Source[1]),
                    expected.Size[0],
                    expected.Size[1],
                    Enum.Parse<ResampleFilter>(filter)
                );
                Assert.Equal((expected.Size[0], expected.Size[1]), (result.Width, result.Height));
                Assert.Equal(expected.Pixels, Convert.ToHexStringLower(SHA256.HashData(result.Pixels)));
            }
        );
    }

    [Fact]
    public void ASizeOfNothingIsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Resampler.Resize(Source(7, 5), 0, 5, ResampleFilter.Box));

    [Fact]
    public void OrientationsAreTurnedAsPillowTurnsThem()
    {
        Assert.Equal(9, Expected().Turned.Length);
        Assert.All(
            Expected().Turned,
            expected =>
            {
                var result = Upright.Turn(Source(7, 5), expected.Orientation);
                Assert.Equal((expected.Size[0], expected.Size[1]), (result.Width, result.Height));
                Assert.Equal(expected.Pixels, Convert.ToHexStringLower(SHA256.HashData(result.Pixels)));
            }
        );
    }

    private static ResamplingFile Expected() =>
        JsonSerializer.Deserialize<ResamplingFile>(File.ReadAllBytes(Reference("expected.json")), JsonSerializerOptions.Web)!;

    private static RgbImage Source(int width, int height) => new(width, height, File.ReadAllBytes(Reference($"{width}x{height}.rgb")));

    private static string Reference(string name) => RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "resampling", name);

    private sealed record ResamplingFile(ResamplingCase[] Cases, TurnedCase[] Turned);

    private sealed record TurnedCase(int Orientation, int[] Size, string Pixels);

    private sealed record ResamplingCase(int[] Source, string Filter, int[] Size, string Pixels);
}
