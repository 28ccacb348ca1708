using System.Security.Cryptography;
using Simile.Engine.Checkpoints;
using Simile.Models;
using Simile.Networks;
using Simile.Tokenization;
using Simile.Vectors;

namespace Simile.Text;

internal static class TextEmbedderLoader
{
    public static TextEmbedder Load(ModelFolder folder, TextEmbedderOptions options, TimeProvider time)
    {
        var checkedOptions = options.Checked();
        var checkpoint = folder.ReadStatic();
        var tokenizer = TokenizerFile.Load(checkpoint.TokenizerPath);
        using var file = SafetensorsFile.Open(checkpoint.WeightsPath);
        var network = StaticEmbeddingNetwork.Load(file, checkpoint);
        if (tokenizer.VocabularySize > network.Tokens)
        {
            throw new SimileException(ErrorCode.BadCheckpoint, $"The tokenizer of {folder.Path} has {tokenizer.VocabularySize} entries, but the table only {network.Tokens} rows. The files belong to different models.");
        }

        var digest = DigestOf(checkpoint.WeightsPath);
        var space = new EmbeddingSpace($"{folder.Name}@{digest[..8]}", network.Dimensions, checkpoint.Normalize, SimilarityMetric.Cosine, checkpoint.TrainedDimensions);
        return new TextEmbedder(checkpoint, network, tokenizer, space, digest, checkedOptions, time);
    }

    private static string DigestOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
