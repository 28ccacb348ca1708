using Simile.Multimodal;
using Simile.Training.Alignment;

namespace Simile.Training.Tests.Alignment;

/// <summary>Closed forms against scipy and numpy (tests/reference/alignment.py): the bilinear form that both heads make together.</summary>
public class ClosedFormTests
{
    [Theory]
    [InlineData("square", "ridge")]
    [InlineData("square", "procrustes")]
    [InlineData("square", "cca")]
    [InlineData("tall", "ridge")]
    [InlineData("tall", "procrustes")]
    [InlineData("tall", "cca")]
    [InlineData("wide", "ridge")]
    [InlineData("wide", "procrustes")]
    [InlineData("wide", "cca")]
    public void HeadsAreThoseOfScipy(string shape, string method)
    {
        var entry = AlignmentReference.Load("closed_forms").GetProperty(shape);
        var pairs = AlignmentReference.Pairs(
            entry.Floats("texts"),
            entry.Int("text_dimensions"),
            entry.Floats("images"),
            entry.Int("image_dimensions")
        );
        var penalty = entry.GetProperty("penalty").GetDouble();
        var centred = new CentredPairs(new UnitRows(pairs), [.. pairs.PictureOf], threads: 2);
        var heads = method switch
        {
            "ridge" => ClosedForms.Ridge(centred, penalty),
            "procrustes" => ClosedForms.Procrustes(centred),
            _ => ClosedForms.Correlation(centred, penalty, entry.Int("kept")),
        };
        AlignmentReference.Close(entry.Doubles(method), Form(heads.Text[0], heads.Image[0]), 2e-5);
    }

    [Fact]
    public void AHeadTakesTheMeanOff()
    {
        var layer = HeadPair.Centred(
            new double[,]
            {
                { 2, 3 },
                { 0, 1 },
            },
            [1, 10]
        );
        Assert.Equal([-32, -10], layer.Bias.ToArray());
    }

    private static double[] Form(LinearMap text, LinearMap image)
    {
        var form = new double[text.Inputs * image.Inputs];
        for (var k = 0; k < text.Outputs; k++)
        {
            for (var i = 0; i < text.Inputs; i++)
            {
                for (var j = 0; j < image.Inputs; j++)
                {
                    form[(i * image.Inputs) + j] +=
                        (double)text.Weights.Span[(k * text.Inputs) + i] * image.Weights.Span[(k * image.Inputs) + j];
                }
            }
        }

        return form;
    }
}
