using System.Collections.Immutable;

namespace Simile.Hub;

internal static partial class KnownModels
{
    private static readonly ImmutableArray<KnownModel> Table =
    [
        new("sentence-transformers/all-MiniLM-L6-v2", "bert", 384, 256, "mean", "en", "apache-2.0", 22.7, 91) { Score = 56.26, ScoreMeasure = Average, ScoreSource = GteCard },
        new("sentence-transformers/all-MiniLM-L12-v2", "bert", 384, 128, "mean", "en", "apache-2.0", 33.4, 134) { Score = 56.53, ScoreMeasure = Average, ScoreSource = GteCard },
        new("sentence-transformers/all-mpnet-base-v2", "mpnet", 768, 384, "mean", "en", "apache-2.0", 109, 438) { Score = 57.78, ScoreMeasure = Average, ScoreSource = GteCard },
        new("sentence-transformers/all-distilroberta-v1", "roberta", 768, 512, "mean", "en", "apache-2.0", 82.1, 329),
        new("sentence-transformers/multi-qa-MiniLM-L6-cos-v1", "bert", 384, 512, "mean", "en", "not stated", 22.7, 91),
        new("sentence-transformers/multi-qa-mpnet-base-dot-v1", "mpnet", 768, 512, "cls", "en", "not stated", 109, 438),
        new("sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", "bert", 384, 128, "mean", "50+", "apache-2.0", 118, 480),
        new("sentence-transformers/paraphrase-multilingual-mpnet-base-v2", "xlm-roberta", 768, 128, "mean", "50+", "apache-2.0", 278, 1121),
        new("sentence-transformers/LaBSE", "bert", 768, 256, "cls", "109", "apache-2.0", 471, 1894),
        new("BAAI/bge-small-en-v1.5", "bert", 384, 512, "cls", "en", "mit", 33.4, 134) { QueryPrompt = BgeQuery },
        new("BAAI/bge-base-en-v1.5", "bert", 768, 512, "cls", "en", "mit", 109, 438) { QueryPrompt = BgeQuery },
        new("BAAI/bge-large-en-v1.5", "bert", 1024, 512, "cls", "en", "mit", 335, 1341) { QueryPrompt = BgeQuery },
        new("BAAI/bge-m3", "xlm-roberta", 1024, 8192, "cls", "100+", "mit", 568, 2290) { Note = "Dense vectors only. Its main branch has no safetensors; the revision refs/pr/38 of the hub's own converter has." },
        new("intfloat/e5-small-v2", "bert", 384, 512, "mean", "en", "mit", 33.4, 134) { QueryPrompt = E5Query, DocumentPrompt = E5Passage, Score = 59.93, ScoreMeasure = Average, ScoreSource = GteCard },
        new("intfloat/e5-base-v2", "bert", 768, 512, "mean", "en", "mit", 109, 438) { QueryPrompt = E5Query, DocumentPrompt = E5Passage, Score = 61.5, ScoreMeasure = Average, ScoreSource = GteCard },
        new("intfloat/e5-large-v2", "bert", 1024, 512, "mean", "en", "mit", 335, 1341) { QueryPrompt = E5Query, DocumentPrompt = E5Passage, Score = 62.25, ScoreMeasure = Average, ScoreSource = GteCard },
        new("intfloat/multilingual-e5-small", "bert", 384, 512, "mean", "94", "mit", 118, 488) { QueryPrompt = E5Query, DocumentPrompt = E5Passage },
        new("intfloat/multilingual-e5-base", "xlm-roberta", 768, 512, "mean", "94", "mit", 278, 1130) { QueryPrompt = E5Query, DocumentPrompt = E5Passage },
        new("intfloat/multilingual-e5-large", "xlm-roberta", 1024, 512, "mean", "94", "mit", 560, 2260) { QueryPrompt = E5Query, DocumentPrompt = E5Passage },
        new("thenlper/gte-small", "bert", 384, 512, "mean", "en", "mit", 33.4, 67) { Score = 61.36, ScoreMeasure = Average, ScoreSource = GteCard },
        new("thenlper/gte-base", "bert", 768, 512, "mean", "en", "mit", 109, 219) { Score = 62.39, ScoreMeasure = Average, ScoreSource = GteCard },
        new("thenlper/gte-large", "bert", 1024, 512, "mean", "en", "mit", 335, 671) { Score = 63.13, ScoreMeasure = Average, ScoreSource = GteCard },
        new("mixedbread-ai/mxbai-embed-large-v1", "bert", 1024, 512, "cls", "en", "apache-2.0", 335, 671) { QueryPrompt = BgeQuery, Score = 64.68, ScoreMeasure = Average, ScoreSource = OwnCard },
        new("WhereIsAI/UAE-Large-V1", "bert", 1024, 512, "cls", "en", "mit", 335, 1341) { QueryPrompt = BgeQuery, Score = 64.64, ScoreMeasure = Average, ScoreSource = "its authors, in the MTEB arena" },
        new("Snowflake/snowflake-arctic-embed-xs", "bert", 384, 512, "cls", "en", "apache-2.0", 22.6, 91) { QueryPrompt = BgeQuery, Score = 50.15, ScoreMeasure = Retrieval, ScoreSource = SnowflakeCard },
        new("Snowflake/snowflake-arctic-embed-s", "bert", 384, 512, "cls", "en", "apache-2.0", 33.2, 134) { QueryPrompt = BgeQuery, Score = 51.98, ScoreMeasure = Retrieval, ScoreSource = SnowflakeCard },
        new("Snowflake/snowflake-arctic-embed-m", "bert", 768, 512, "cls", "en", "apache-2.0", 109, 436) { QueryPrompt = BgeQuery, Score = 54.90, ScoreMeasure = Retrieval, ScoreSource = SnowflakeCard },
        new("Snowflake/snowflake-arctic-embed-l", "bert", 1024, 512, "cls", "en", "apache-2.0", 335, 1337) { QueryPrompt = BgeQuery, Score = 55.98, ScoreMeasure = Retrieval, ScoreSource = SnowflakeCard },
        new("nomic-ai/nomic-embed-text-v1.5", "nomic_bert", 768, 8192, "mean", "en", "apache-2.0", 137, 548) { QueryPrompt = NomicQuery, DocumentPrompt = NomicDocument },
        new("nomic-ai/modernbert-embed-base", "modernbert", 768, 8192, "mean", "en", "apache-2.0", 149, 600) { QueryPrompt = NomicQuery, DocumentPrompt = NomicDocument },
        new("Alibaba-NLP/gte-modernbert-base", "modernbert", 768, 8192, "cls", "en", "apache-2.0", 149, 300) { Score = 64.38, ScoreMeasure = Average, ScoreSource = OwnCard },
        new("Qwen/Qwen3-Embedding-0.6B", "qwen3", 1024, 32768, "last", "100+", "apache-2.0", 596, 1190),
        new("google/embeddinggemma-300m", "gemma3_text", 768, 2048, "mean", "100+", "gemma", 308, 1210) { Note = "The hub asks for its licence to be accepted first: HF_TOKEN." },
        new("minishlab/potion-base-8M", "static", 256, null, "mean", "en", "mit", 7.56, 31) { Score = 50.03, ScoreMeasure = Average, ScoreSource = MinishResults },
        new("minishlab/potion-base-32M", "static", 512, null, "mean", "en", "mit", 32.3, 131) { Score = 51.66, ScoreMeasure = Average, ScoreSource = MinishResults },
        new("minishlab/potion-retrieval-32M", "static", 512, null, "mean", "en", "mit", 32.3, 131) { Score = 49.76, ScoreMeasure = Average, ScoreSource = MinishResults },
        new("cross-encoder/ms-marco-MiniLM-L6-v2", "bert", 0, 512, "cls", "en", "apache-2.0", 22.7, 91)
        {
            IsReranker = true, Score = 74.30, ScoreMeasure = "TREC DL 2019 nDCG@10", ScoreSource = OwnCard, Note = Reranks,
        },
        new("BAAI/bge-reranker-base", "xlm-roberta", 0, 512, "cls", "zh,en", "mit", 278, 1130) { IsReranker = true, Note = Reranks },
        new("BAAI/bge-reranker-v2-m3", "xlm-roberta", 0, 8192, "cls", "100+", "apache-2.0", 568, 2290) { IsReranker = true, Note = Reranks },
        new("Alibaba-NLP/gte-reranker-modernbert-base", "modernbert", 0, 8192, "mean", "en", "apache-2.0", 149, 300)
        {
            IsReranker = true, Score = 56.19, ScoreMeasure = "BEIR nDCG@10", ScoreSource = OwnCard, Note = Reranks,
        },
        new("Qwen/Qwen3-Reranker-0.6B", "qwen3", 0, 32768, "last", "100+", "apache-2.0", 596, 1200) { IsReranker = true, Note = Reranks },
        new("microsoft/resnet-50", "resnet", 2048, null, "mean", "-", "apache-2.0", 25.6, 103) { Note = Pictures },
        new("timm/resnet50.a1_in1k", "resnet", 2048, null, "mean", "-", "apache-2.0", 25.6, 102) { Note = Pictures },
        new("google/vit-base-patch16-224", "vit", 768, null, "cls", "-", "apache-2.0", 86.6, 346) { Note = Pictures },
        new("facebook/dinov2-small", "dinov2", 384, null, "cls", "-", "apache-2.0", 22.1, 88) { Note = Pictures },
        new("facebook/dinov2-base", "dinov2", 768, null, "cls", "-", "apache-2.0", 86.6, 346) { Note = Pictures },
        new("openai/clip-vit-base-patch32", "clip", 512, 77, "last", "en", "not stated", 151, 605) { Note = Both },
        new("openai/clip-vit-large-patch14", "clip", 768, 77, "last", "en", "not stated", 428, 1710) { Note = Both },
        new("sentence-transformers/clip-ViT-B-32", "clip", 512, 77, "last", "en", "not stated", 151, 605) { Note = Both },
        new("google/siglip-base-patch16-224", "siglip", 768, 64, "last", "en", "apache-2.0", 203, 813) { Note = Both },
        new("google/siglip2-base-patch16-224", "siglip", 768, 64, "last", "100+", "apache-2.0", 375, 1500) { Note = Both },
    ];
}
