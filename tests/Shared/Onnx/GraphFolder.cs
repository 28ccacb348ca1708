using System.Text;
using static Simile.Testing.OnnxWriter;

namespace Simile.Testing;

/// <summary>A model folder whose network is a graph of a few nodes, so that what comes out is evident: the state of a token is its row in a
/// table of two columns.</summary>
internal sealed class GraphFolder : IDisposable
{
    public const int Float = 1;
    public const int Int32 = 6;
    public const int Int64 = 7;
    public const int Half = 10;
    private readonly TemporaryFolder _folder = new();

    /// <summary>The tokens, each with its state.</summary>
    public static IReadOnlyList<(string Token, float X, float Y)> Table { get; } =
    [
        ("[PAD]", 100, 1000),
        ("[UNK]", 0, 0),
        ("[CLS]", 0, 0),
        ("[SEP]", 0, 0),
        ("one", 1, 4),
        ("two", 2, -4),
        ("nine", 9, 8),
        ("far", 400, -320),
    ];

    public string Path => _folder.Path;

    /// <summary>The table as a tensor of the graph, the row of each id of <c>input_ids</c>, and the inputs that transformers
    /// have.</summary>
    public static byte[] States(string output = "last_hidden_state", int ids = Int64, long texts = -1, long tokens = -1) =>
        Join(Input("input_ids", ids, texts, tokens), Input("attention_mask", ids, texts, tokens), Rows(output));

    /// <summary>The same without inputs.</summary>
    public static byte[] Rows(string output) =>
        Join(
            Initializer(Tensor("table", [Table.Count, 2], Floats([.. Table.SelectMany(row => new[] { row.X, row.Y })]))),
            Node("Gather", "rows", ["table", "input_ids"], output)
        );

    public string File(params string[] parts) => _folder.File(parts);

    public GraphFolder Write(string name, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(_folder.File(name))!);
        System.IO.File.WriteAllBytes(_folder.File(name), content);
        return this;
    }

    public GraphFolder Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    /// <summary>What makes a folder of texts of it: a vocabulary, and a kind of network that Simile's own engine does not know.</summary>
    public GraphFolder OfTexts(string kind = "deberta-v2", string pooling = "mean_tokens", string more = "") =>
        Write("vocab.txt", string.Join('\n', Table.Select(row => row.Token)))
            .Write("tokenizer_config.json", """{"tokenizer_class":"BertTokenizer","do_lower_case":true}""")
            .Write("config.json", $$"""{"model_type":"{{kind}}","vocab_size":{{Table.Count}},"pad_token_id":0{{more}}}""")
            .Write(
                "modules.json",
                """
                [{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
                 {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"}]
                """
            )
            .Write("1_Pooling/config.json", $$"""{"word_embedding_dimension":2,"pooling_mode_{{pooling}}":true}""");

    public void Dispose() => _folder.Dispose();
}
