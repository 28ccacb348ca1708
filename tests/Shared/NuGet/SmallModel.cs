using System.Runtime.InteropServices;
using Simile.Engine.Tensors;

namespace Simile.Testing;

/// <summary>A static model of two words and two dimensions: "red" is (0, 1), "blue" is (1, 0).</summary>
internal static class SmallModel
{
    public static string Plant(string folder)
    {
        Directory.CreateDirectory(folder);
        float[] rows = [9, 9, 0, 1, 1, 0];
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            [new TensorToWrite("embeddings", TensorType.F32, [3, 2], MemoryMarshal.AsBytes(rows.AsSpan()).ToArray())]
        );
        File.WriteAllText(Path.Combine(folder, "config.json"), """{"model_type":"model2vec","normalize":true}""");
        File.WriteAllText(
            Path.Combine(folder, "tokenizer.json"),
            """
            {"version":"1.0","added_tokens":[],"normalizer":null,"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":null,
             "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[UNK]":0,"red":1,"blue":2}}}
            """
        );
        File.WriteAllText(Path.Combine(folder, "README.md"), "---\nlicense: apache-2.0\n---\n# mine\n");
        File.WriteAllText(
            Path.Combine(folder, "golden.json"),
            """{"tolerance":0.00001,"texts":["red","blue","red blue"],"vectors":[[0,1],[1,0],[0.70710678,0.70710678]]}"""
        );
        return folder;
    }
}
