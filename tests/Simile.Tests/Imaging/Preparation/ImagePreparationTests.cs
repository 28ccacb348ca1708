using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Simile.Imaging;
using Simile.Imaging.Preparation;

namespace Simile.Tests.Imaging.Preparation;

public class ImagePreparationTests
{
    public static TheoryData<string> Roundings => [.. Enum.GetNames<CropRounding>()];

    [Theory]
    [MemberData(nameof(Roundings))]
    public void FloatsAreThoseOfTorchvision(string rounding)
    {
        var path = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "preparation.json");
        var file = JsonSerializer.Deserialize<PreparationFile>(File.ReadAllBytes(path), JsonSerializerOptions.Web)!;
        var cases = file.Cases.Where(expected => expected.Rounding == rounding).ToList();
        Assert.True(cases.Count >= 10);
        Assert.All(
            cases,
            expected =>
            {
                var preparation = ImagePreparation.TorchvisionV1 with
                {
                    ShortestEdge = expected.Edge,
                    CropHeight = expected.Crop,
                    CropWidth = expected.Crop,
                    Rounding = Enum.Parse<CropRounding>(rounding),
                };
                var prepared = preparation.Prepare(Source(expected.Source[0], expected.Source[1]));
                Assert.Equal(expected.Shape, new[] { 3, prepared.Height, prepared.Width });
                Assert.Equal(expected.Values, Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(prepared.Values.AsSpan()))));
            }
        );
    }

    [Fact]
    public void DescriptionsDifferWherePreparationsDo()
    {
        var preparation = ImagePreparation.TorchvisionV1;
        string[] descriptions =
        [
            preparation.Describe(),
            (preparation with { ShortestEdge = 232 }).Describe(),
            (preparation with { CropWidth = 225 }).Describe(),
            (preparation with { Rounding = CropRounding.HuggingFace }).Describe(),
            (preparation with { Mean = [0.5f, 0.456f, 0.406f] }).Describe(),
        ];
        Assert.Distinct(descriptions);
    }

    [Fact]
    public void AStripIsNotBlownUp()
    {
        var error = Assert.Throws<SimileException>(() =>
            ImagePreparation.TorchvisionV1.Prepare(new RgbImage(1, 100_000, new byte[300_000]))
        );
        Assert.Equal(ErrorCode.ImageTooLarge, error.Code);
    }

    private static RgbImage Source(int width, int height) =>
        new(
            width,
            height,
            File.ReadAllBytes(RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "resampling", $"{width}x{height}.rgb"))
        );

    private sealed record PreparationFile(PreparationCase[] Cases);

    private sealed record PreparationCase(int[] Source, int Edge, int Crop, string Rounding, int[] Shape, string Values);
}
