"""Tiny random checkpoints of today's families in their published layouts, written and run by the real transformers and sentence-transformers.

Usage: python3 tests/reference/families.py OUT    (transformers 5, sentence-transformers 5 or 6, tokenizers; no network, no GPU)

Writes OUT/encoders/NAME (texts), OUT/vision/NAME (pictures), OUT/joint/NAME (both) and OUT/rerankers/NAME (pairs), each with an
expected.json; they lie under tests/Simile.Tests/Reference. Weights are random, so nothing was learned from anybody.
"""
import json, os, sys, traceback

import numpy as np
import torch
import transformers
import sentence_transformers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from tokenizers import AddedToken

OUT = sys.argv[1]
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MADE_BY = f"tests/reference/families.py with transformers {transformers.__version__}, sentence-transformers {sentence_transformers.__version__}, torch {torch.__version__}"
WORDS = "heron otter ladder kettle river stone bread cloud amber violin harbor lantern pepper glacier meadow copper saddle ribbon walnut anchor".split()
TEXTS = ["heron", "otter ladder", "the kettle sings", "Amber & violins, near a harbor!", "two herons and one otter", "glacier meadow copper saddle ribbon walnut anchor stone bread cloud river",
         " ".join(WORDS[i % len(WORDS)] for i in range(0, 70, 3)), " ".join(WORDS[(i * 7) % len(WORDS)] for i in range(40)), "naïve café über", "数字 12345", "a\tb\n c", "stone " * 30]
PAIRS = [("heron", "otter ladder"), ("what does the kettle do", "the kettle sings"), ("amber", "two herons and one otter near the river"), ("glacier meadow", "copper saddle ribbon walnut anchor " * 4),
         ("walnut", "walnut"), ("the river and the stone", "bread cloud amber violin harbor lantern"), ("naïve café", "über 12345")]


def dump(value, *path):
    os.makedirs(os.path.dirname(os.path.join(OUT, *path)), exist_ok=True)
    json.dump(value, open(os.path.join(OUT, *path), "w", encoding="utf-8"), ensure_ascii=False)


def rounded(values):
    return [[float(f"{v:.9g}") for v in row] for row in np.asarray(values, dtype=np.float64).tolist()]


def randomize(model, seed, spread=0.12):
    """Weights large enough that every part of the network shows in the vectors."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            noise = torch.randn(tensor.shape, generator=generator)
            if tensor.dim() > 1:
                tensor.copy_(noise * spread)
            elif "norm" in name.lower() and name.endswith("weight"):
                tensor.copy_(tensor + noise * 0.1)
            else:
                tensor.copy_(tensor + noise * 0.05)
    return model.eval()


def byte_level_tokenizer():
    """As Qwen's: byte-level BPE, end-of-text behind every text (so Qwen3-Embedding's tokenizer.json says)."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: i for i, token in enumerate(alphabet)}
    merges = []
    for word in WORDS:
        left = "Ġ" + word[0]
        for pair in [("Ġ", word[0])] + [(("Ġ" + word[:i]), word[i]) for i in range(1, len(word))]:
            if pair not in merges:
                merges.append(pair)
                vocabulary.setdefault("".join(pair), len(vocabulary))
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.normalizer = normalizers.NFC()
    pattern = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    from tokenizers import Regex
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in ("<|endoftext|>", "<|im_start|>", "<|im_end|>")])
    tokenizer.add_tokens([AddedToken(t, special=False, normalized=False) for t in ("<think>", "</think>")])
    return tokenizer


def qwen_tokenizer(template=True):
    tokenizer = byte_level_tokenizer()
    if template:
        end = tokenizer.token_to_id("<|endoftext|>")
        tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), processors.TemplateProcessing(single="$A <|endoftext|>", pair="$A <|endoftext|> $B:1 <|endoftext|>:1", special_tokens=[("<|endoftext|>", end)])])
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>", padding_side="left", model_max_length=512)


def gemma_tokenizer(max_length=128):
    """As Gemma's: BPE of characters with ▁ for a blank, bytes for what is unknown, <bos> before and <eos> behind."""
    pieces = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"] + [f"<0x{i:02X}>" for i in range(256)]
    characters = sorted(set("".join(WORDS)) | set("▁abcdefghijklmnopqrstuvwxyz&,!:|éïü"))
    pieces += characters
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    merges = []
    for word in WORDS:
        for pair in [("▁", word[0])] + [("▁" + word[:i], word[i]) for i in range(1, len(word))]:
            if pair not in merges:
                merges.append(pair)
                vocabulary.setdefault("".join(pair), len(vocabulary))
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in pieces[:5]])
    tokenizer.post_processor = processors.TemplateProcessing(single="<bos> $A <eos>", pair="<bos> $A <eos> $B:1 <eos>:1", special_tokens=[("<bos>", 2), ("<eos>", 1)])
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>", mask_token="<mask>", padding_side="right", model_max_length=max_length)


def wordpiece_tokenizer():
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + WORDS + ["##s", "the", "and", "one", "two", "a", "what", "does", "do", "near", "cafe", "uber", "naive", "&", ",", "!", "1", "##2", "##3", "##4", "##5"]
    tokenizer = Tokenizer(models.WordPiece({p: i for i, p in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.decoder = decoders.WordPiece()
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]", model_max_length=64)


def unigram_tokenizer():
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)] + [("▁" + w, -4.0) for w in WORDS] + [(c, -8.0) for c in "▁abcdefghijklmnopqrstuvwxyz12345"]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in ("<s>", "<pad>", "</s>", "<unk>")])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>", pad_token="<pad>", unk_token="<unk>", model_max_length=64)


def modules():
    try:
        from sentence_transformers import models as m
        return m.Transformer, m.Pooling, m.Dense, m.Normalize
    except ImportError:
        from sentence_transformers.sentence_transformer.modules import Transformer, Pooling, Dense, Normalize
        return Transformer, Pooling, Dense, Normalize


def sentence_model(name, model, tokenizer, pooling, dense, prompts, longest):
    Transformer, Pooling, Dense, Normalize = modules()
    base = os.path.join(OUT, "base", name)
    model.save_pretrained(base)
    tokenizer.save_pretrained(base)
    transformer = Transformer(base, max_seq_length=longest)
    width = model.config.hidden_size
    parts = [transformer, Pooling(width, pooling_mode=pooling)]
    for inner, outer in dense:
        layer = Dense(inner, outer, bias=False, activation_function=torch.nn.Identity())
        randomize(layer, inner + outer, 0.2)
        parts.append(layer)
    whole = sentence_transformers.SentenceTransformer(modules=[*parts, Normalize()], prompts=prompts, device="cpu").eval()
    folder = os.path.join(OUT, "encoders", name)
    whole.save(folder)
    encode = lambda texts, **more: np.stack([whole.encode([t], convert_to_numpy=True, **more)[0] for t in texts])
    plain = encode(TEXTS, prompt="")
    batch = whole.encode(TEXTS, convert_to_numpy=True, prompt="", batch_size=4)
    print(name, "alone against batch", np.abs(plain - batch).max())
    expected = {"made_by": MADE_BY, "texts": TEXTS, "vectors": rounded(plain), "ids": [whole.tokenize([t])["input_ids"][0].tolist() for t in TEXTS]}
    for prompt in prompts:
        expected["prompt " + prompt] = rounded(encode(TEXTS[:4], prompt_name=prompt))
    dump(expected, "encoders", name, "expected.json")


def qwen3_embedding():
    torch.manual_seed(1)
    tokenizer = qwen_tokenizer()
    config = transformers.Qwen3Config(vocab_size=len(tokenizer), hidden_size=64, intermediate_size=96, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, head_dim=24, max_position_embeddings=512,
                                      rope_theta=1000000.0, tie_word_embeddings=True, rms_norm_eps=1e-6, bos_token_id=None, eos_token_id=tokenizer.pad_token_id)
    model = randomize(transformers.Qwen3Model(config), 1)
    sentence_model("qwen3-embedding", model, tokenizer, "lasttoken", [], {"query": "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:", "document": ""}, 128)


def embedding_gemma():
    torch.manual_seed(2)
    tokenizer = gemma_tokenizer()
    config = transformers.Gemma3TextConfig(vocab_size=len(tokenizer), hidden_size=48, intermediate_size=80, num_hidden_layers=7, num_attention_heads=3, num_key_value_heads=1, head_dim=32, max_position_embeddings=256,
                                           query_pre_attn_scalar=32, sliding_window=16, use_bidirectional_attention=True, rms_norm_eps=1e-6, pad_token_id=0, eos_token_id=1, bos_token_id=2)
    model = randomize(transformers.Gemma3TextModel(config), 2)
    print("gemma", config.to_dict().get("sliding_window"), config.to_dict().get("layer_types"), config.to_dict().get("rope_parameters"))
    sentence_model("embeddinggemma", model, tokenizer, "mean", [(48, 96), (96, 48)], {"query": "task: search result | query: ", "document": "title: none | text: "}, 128)


def image(name):
    from PIL import Image
    return Image.open(os.path.join(ROOT, "samples", "pictures", name)).convert("RGB")


PICTURES = ["sailboat.jpg", "chair.png"]


def dinov2(name, **more):
    config = transformers.Dinov2Config(hidden_size=48, num_hidden_layers=2, num_attention_heads=3, mlp_ratio=2, image_size=56, patch_size=14, layerscale_value=1.0, **more)
    model = randomize(transformers.Dinov2Model(config), 3)
    processor = transformers.BitImageProcessor(size={"shortest_edge": 64}, crop_size={"height": 56, "width": 56}, resample=3, image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225])
    folder = os.path.join(OUT, "vision", name)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    vectors = []
    for picture in PICTURES:
        with torch.no_grad():
            pixels = processor(images=image(picture), return_tensors="pt")["pixel_values"]
            vectors.append(model(pixels).pooler_output[0].numpy())
    dump({"made_by": MADE_BY, "pictures": PICTURES, "vectors": rounded(vectors)}, "vision", name, "expected.json")


def siglip2():
    tokenizer = gemma_tokenizer(64)
    text = dict(vocab_size=len(tokenizer), hidden_size=48, num_attention_heads=3, intermediate_size=96, num_hidden_layers=2, hidden_act="gelu_pytorch_tanh", max_position_embeddings=64, projection_size=48, pad_token_id=0, bos_token_id=2, eos_token_id=1)
    vision = dict(hidden_size=48, num_attention_heads=3, intermediate_size=80, num_hidden_layers=2, hidden_act="gelu_pytorch_tanh", image_size=32, patch_size=8)
    model = randomize(transformers.SiglipModel(transformers.SiglipConfig(text_config=text, vision_config=vision)), 4)
    folder = os.path.join(OUT, "joint", "siglip2")
    model.save_pretrained(folder)
    inner = tokenizer.backend_tokenizer
    # The published tokenizers of SigLIP 2 lower the text and end in <eos> without <bos>.
    inner.normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.Replace(" ", "▁")])
    inner.post_processor = processors.TemplateProcessing(single="$A <eos>", pair="$A <eos> $B:1 <eos>:1", special_tokens=[("<eos>", 1)])
    tokenizer.save_pretrained(folder)
    processor = transformers.SiglipImageProcessor(size={"height": 32, "width": 32}, resample=2, image_mean=[0.5] * 3, image_std=[0.5] * 3)
    processor.save_pretrained(folder)
    texts, pictures = [], []
    with torch.no_grad():
        for t in TEXTS:
            ids = tokenizer([t], padding="max_length", max_length=64, truncation=True, return_tensors="pt")["input_ids"]
            out = model.get_text_features(input_ids=ids)
            out = out if torch.is_tensor(out) else out.pooler_output
            texts.append(out[0].numpy())
        for picture in PICTURES:
            out = model.get_image_features(pixel_values=processor(images=image(picture), return_tensors="pt")["pixel_values"])
            out = out if torch.is_tensor(out) else out.pooler_output
            pictures.append(out[0].numpy())
    dump({"made_by": MADE_BY, "texts": TEXTS, "vectors": rounded(texts), "pictures": PICTURES, "picture_vectors": rounded(pictures),
          "logit_scale": model.logit_scale.item(), "logit_bias": model.logit_bias.item()}, "joint", "siglip2", "expected.json")


def cross_encoder(name, model, tokenizer, longest=64):
    folder = os.path.join(OUT, "rerankers", name)
    base = os.path.join(OUT, "base", name)
    model.save_pretrained(base)
    tokenizer.save_pretrained(base)
    encoder = sentence_transformers.CrossEncoder(base, max_length=longest, device="cpu")
    encoder.model.eval() if hasattr(encoder, "model") else encoder.eval()
    encoder.save_pretrained(folder)
    scores = [np.atleast_1d(encoder.predict([pair], convert_to_numpy=True)[0]) for pair in PAIRS]
    raw = []
    with torch.no_grad():
        for query, document in PAIRS:
            inputs = tokenizer([query], [document], truncation="longest_first", max_length=longest, return_tensors="pt")
            raw.append(model(**inputs).logits[0].numpy())
    ids = [tokenizer([q], [d], truncation="longest_first", max_length=longest)["input_ids"][0] for q, d in PAIRS]
    dump({"made_by": MADE_BY, "pairs": PAIRS, "scores": rounded(scores), "logits": rounded(raw), "ids": ids, "activation": str(getattr(encoder, "activation_fn", None))}, "rerankers", name, "expected.json")


def bert_reranker(labels):
    tokenizer = wordpiece_tokenizer()
    config = transformers.BertConfig(vocab_size=len(tokenizer), hidden_size=48, num_hidden_layers=2, num_attention_heads=3, intermediate_size=96, max_position_embeddings=64, type_vocab_size=2, num_labels=labels)
    cross_encoder(f"bert-{labels}", randomize(transformers.BertForSequenceClassification(config), 5 + labels, 0.2), tokenizer)


def xlm_reranker():
    tokenizer = unigram_tokenizer()
    config = transformers.XLMRobertaConfig(vocab_size=len(tokenizer), hidden_size=48, num_hidden_layers=2, num_attention_heads=3, intermediate_size=96, max_position_embeddings=68, type_vocab_size=1, num_labels=1, pad_token_id=1, layer_norm_eps=1e-5)
    cross_encoder("xlm-roberta", randomize(transformers.XLMRobertaForSequenceClassification(config), 9, 0.2), tokenizer)


def modernbert_reranker(pooling):
    tokenizer = wordpiece_tokenizer()
    config = transformers.ModernBertConfig(vocab_size=len(tokenizer), hidden_size=48, num_hidden_layers=3, num_attention_heads=3, intermediate_size=64, max_position_embeddings=128, local_attention=16, global_attn_every_n_layers=3,
                                           num_labels=1, classifier_pooling=pooling, pad_token_id=0, cls_token_id=2, sep_token_id=3, bos_token_id=2, eos_token_id=3)
    config._attn_implementation = "eager"
    cross_encoder(f"modernbert-{pooling}", randomize(transformers.ModernBertForSequenceClassification(config), 10, 0.2), tokenizer)


def qwen3_reranker():
    """As its card runs it: a chat of one turn, and the share of 'yes' between the logits of 'yes' and 'no'."""
    tokenizer = qwen_tokenizer(template=False)
    tokenizer.add_tokens(["yes", "no"])
    config = transformers.Qwen3Config(vocab_size=len(tokenizer), hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=24, max_position_embeddings=1024, rope_theta=1000000.0,
                                      tie_word_embeddings=True, rms_norm_eps=1e-6, bos_token_id=None, eos_token_id=tokenizer.eos_token_id)
    model = randomize(transformers.Qwen3ForCausalLM(config), 12)
    folder = os.path.join(OUT, "rerankers", "qwen3")
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    prefix = "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. Note that the answer can only be \"yes\" or \"no\".<|im_end|>\n<|im_start|>user\n"
    suffix = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
    task = "Given a web search query, retrieve relevant passages that answer the query"
    yes, no = tokenizer.convert_tokens_to_ids("yes"), tokenizer.convert_tokens_to_ids("no")
    scores, ids = [], []
    for query, document in PAIRS:
        body = tokenizer(f"<Instruct>: {task}\n<Query>: {query}\n<Document>: {document}", add_special_tokens=False)["input_ids"]
        row = tokenizer(prefix, add_special_tokens=False)["input_ids"] + body + tokenizer(suffix, add_special_tokens=False)["input_ids"]
        with torch.no_grad():
            logits = model(torch.tensor([row])).logits[0, -1]
        scores.append([torch.softmax(torch.stack([logits[no], logits[yes]]), 0)[1].item()])
        ids.append(row)
    dump({"made_by": MADE_BY, "pairs": PAIRS, "scores": rounded(scores), "ids": ids}, "rerankers", "qwen3", "expected.json")


for what in (qwen3_embedding, embedding_gemma, lambda: dinov2("dinov2"), lambda: dinov2("dinov2-swiglu", use_swiglu_ffn=True), siglip2, lambda: bert_reranker(1), lambda: bert_reranker(3), xlm_reranker,
             lambda: modernbert_reranker("cls"), lambda: modernbert_reranker("mean"), qwen3_reranker):
    try:
        what()
    except Exception:
        traceback.print_exc()
