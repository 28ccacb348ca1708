"""What transformers (5.17) and sentence-transformers (6.0) make of a tokenizer.json and the files beside it: tokenizer_config.json, special_tokens_map.json, added_tokens.json, sentence_bert_config.json.

    python3 tokenizer_folders.py OUT_DIR      (needs transformers, tokenizers, sentence-transformers, torch; nothing is downloaded)

Writes OUT_DIR/tokenizer-folders.json: the tokenizers, and for each case the files and the ids (special tokens included) of each text, or the error.
"""
import json, os, sys, tempfile, traceback

TEXTS = ["Ba Be be ba", "Café café", "世界 ba", "[MASK] <mask> ba", " be  ba", "ba<x>be ba", "BA", "be, ba."]


def added(*contents, first=0, **flags):
    return [{"id": first + i, "content": c, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True, **flags} for i, c in enumerate(contents)]


BERT_WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ba", "be", "Ba", "Be", "BA", "cafe", "café", "Café", "Cafe", "世", "界", "世界", ",", ".", "##a", "b", "<", ">", "x", "mask", "[", "]", "MASK"]


def template(first, last, ids):
    return {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": first, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": last, "type_id": 0}}],
            "pair": [{"SpecialToken": {"id": first, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": last, "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": last, "type_id": 1}}],
            "special_tokens": {t: {"id": t, "ids": [ids[t]], "tokens": [t]} for t in {first, last}}}


def whole(model, added_tokens, normalizer, pre, post, decoder=None, **more):
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added_tokens, "normalizer": normalizer, "pre_tokenizer": pre, "post_processor": post, "decoder": decoder, "model": model, **more}


def bert(lowercase=True, strip_accents=None, chinese=True, first="[CLS]", last="[SEP]", words=BERT_WORDS, **more):
    vocab = {w: i for i, w in enumerate(words)}
    return whole({"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": vocab}, added(*words[:5]),
                 {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": chinese, "strip_accents": strip_accents, "lowercase": lowercase}, {"type": "BertPreTokenizer"}, template(first, last, vocab), {"type": "WordPiece", "prefix": "##", "cleanup": True}, **more)


MPNET_WORDS = ["<s>", "<pad>", "</s>", "[UNK]", "<mask>"] + BERT_WORDS[5:]


def mpnet(**more):
    value = bert(first="<s>", last="</s>", words=MPNET_WORDS, **more)
    value["post_processor"] = {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": False}
    return value


BYTES = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "b", "a", "e", "B", "A", "C", "f", "Ġ", ",", ".", "[", "]", "M", "S", "K", "<", ">", "x", "m", "s", "k", "Ã", "©", "c", "ä", "¸", "ĸ", "ç", "ķ", "Į", "ba", "be", "Ġba", "Ġbe"]
MERGES = [["b", "a"], ["b", "e"], ["Ġ", "ba"], ["Ġ", "be"]]


def byte_level(prefix=False, post="roberta", pre=None, special=BYTES[:5], **more):
    words = list(special) + BYTES[5:]
    vocab = {w: i for i, w in enumerate(words)}
    processor = {"roberta": {"type": "RobertaProcessing", "sep": [special[2], 2], "cls": [special[0], 0], "trim_offsets": True, "add_prefix_space": prefix},
                 "byte": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}, "template": template(special[0], special[2], vocab), None: None}[post]
    return whole({"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": False, "byte_fallback": False, "vocab": vocab, "merges": MERGES}, added(*special[:4]) + added(special[4], first=4, lstrip=True),
                 None, pre or {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": True}, processor, {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}, **more)


def unigram(scheme="always"):
    vocab = [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], ["▁", -2.0], ["▁ba", -1.0], ["ba", -1.5], ["be", -1.6], ["▁be", -1.1], [",", -3.0], [".", -3.0], ["B", -4.0], ["A", -4.0], ["e", -4.0], ["a", -4.0], ["<mask>", 0.0]]
    return whole({"type": "Unigram", "unk_id": 3, "vocab": vocab, "byte_fallback": False}, added("<s>", "<pad>", "</s>", "<unk>") + added("<mask>", first=15, lstrip=True), {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
                 {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": True}, template("<s>", "</s>", {"<s>": 0, "</s>": 2}), {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": True})


def llama(first=True):
    words = ["<unk>", "<s>", "</s>", "▁", "b", "a", "e", "B", "A", ",", ".", "ba", "be", "▁ba", "▁be", "<pad>"]
    vocab = {w: i for i, w in enumerate(words)}
    post = {"type": "TemplateProcessing", "single": ([{"SpecialToken": {"id": "<s>", "type_id": 0}}] if first else []) + [{"Sequence": {"id": "A", "type_id": 0}}], "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}
    return whole({"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": True, "vocab": vocab, "merges": [["b", "a"], ["b", "e"], ["▁", "ba"], ["▁", "be"]]}, added("<unk>", "<s>", "</s>"),
                 {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}, None, post)


TOKENIZERS = {
    "bert": bert(), "bert-cased": bert(lowercase=False), "bert-accents": bert(strip_accents=False), "bert-whole-chinese": bert(chinese=False), "bert-truncating": bert(truncation={"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0}),
    "bert-truncating-left": bert(truncation={"direction": "Left", "max_length": 4, "strategy": "LongestFirst", "stride": 0}),
    "bert-padding": bert(padding={"strategy": {"Fixed": 12}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"}),
    "bert-sequence": {**bert(), "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]}},
    "mpnet": mpnet(), "mpnet-cased": mpnet(lowercase=False),
    "roberta": byte_level(), "roberta-prefix": byte_level(prefix=True), "gpt2": byte_level(post="byte"), "gpt2-prefix": byte_level(prefix=True, post="byte"), "byte-template": byte_level(post="template"), "byte-template-prefix": byte_level(prefix=True, post="template"),
    "byte-sequence": byte_level(pre={"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "\\s*[a-zA-Z]+|."}, "behavior": "Isolated", "invert": False}, {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]}, post="template"),
    "xlmr": unigram(), "xlmr-first": unigram("first"), "xlmr-never": unigram("never"), "llama": llama(), "llama-bare": llama(first=False),
}

CASES = []


def case(tokenizer, model_type, config=None, special_map=None, added_tokens=None):
    CASES.append({"tokenizer": tokenizer, "model_type": model_type, "config": config, "special_tokens_map": special_map, "added_tokens": added_tokens})


B = lambda **more: {"tokenizer_class": "BertTokenizer", **more}
for name in ("bert", "bert-cased", "bert-accents", "bert-whole-chinese", "bert-sequence"):
    case(name, "bert")
    case(name, "bert", {})
    case(name, "bert", {"model_max_length": 512})
    case(name, "bert", B())
    for flags in ({"do_lower_case": False}, {"do_lower_case": True}, {"do_lower_case": False, "strip_accents": True}, {"do_lower_case": True, "strip_accents": False}, {"strip_accents": True}, {"tokenize_chinese_chars": False}, {"tokenize_chinese_chars": True, "do_lower_case": None}):
        case(name, "bert", B(**flags))
    for kind in ("BertTokenizerFast", "DistilBertTokenizer", "DistilBertTokenizerFast", "ElectraTokenizer", "MPNetTokenizer", "PreTrainedTokenizerFast", "TokenizersBackend", "TokenizersBackendFast", "PreTrainedTokenizer", "RobertaTokenizer", "NoSuchTokenizer"):
        case(name, "bert", {"tokenizer_class": kind, "do_lower_case": False, "strip_accents": False, "tokenize_chinese_chars": False})
    for model_type in ("distilbert", "nomic_bert", "modernbert", "mpnet", "xlm-roberta", "roberta"):
        case(name, model_type, {"do_lower_case": False})
        case(name, model_type, {"do_lower_case": False, "tokenizer_class": "BertTokenizer"})
for name in ("mpnet", "mpnet-cased"):
    case(name, "mpnet")
    for kind in ("MPNetTokenizer", "MPNetTokenizerFast", "BertTokenizer"):
        case(name, "mpnet", {"tokenizer_class": kind})
        case(name, "mpnet", {"tokenizer_class": kind, "do_lower_case": False})
        case(name, "mpnet", {"tokenizer_class": kind, "do_lower_case": True, "strip_accents": False, "tokenize_chinese_chars": False})
for name in ("roberta", "roberta-prefix", "gpt2", "gpt2-prefix", "byte-template", "byte-template-prefix", "byte-sequence"):
    case(name, "roberta")
    case(name, "modernbert")
    for kind in ("RobertaTokenizer", "RobertaTokenizerFast", "GPT2Tokenizer", "BartTokenizer", "LongformerTokenizer", "PreTrainedTokenizerFast", "TokenizersBackend", "Qwen2Tokenizer"):
        case(name, "roberta", {"tokenizer_class": kind})
        for flags in ({"add_prefix_space": True}, {"add_prefix_space": False}, {"trim_offsets": False}):
            case(name, "roberta", {"tokenizer_class": kind, **flags})
    case(name, "modernbert", {"tokenizer_class": "PreTrainedTokenizerFast", "add_prefix_space": True})
for name in ("xlmr", "xlmr-first", "xlmr-never"):
    case(name, "xlm-roberta")
    for kind in ("XLMRobertaTokenizer", "XLMRobertaTokenizerFast", "CamembertTokenizer", "PreTrainedTokenizerFast", "T5Tokenizer", "AlbertTokenizer"):
        case(name, "xlm-roberta", {"tokenizer_class": kind})
        case(name, "xlm-roberta", {"tokenizer_class": kind, "add_prefix_space": False})
        case(name, "xlm-roberta", {"tokenizer_class": kind, "add_prefix_space": True})
for name in ("llama", "llama-bare"):
    for kind in ("LlamaTokenizer", "LlamaTokenizerFast", "GemmaTokenizer", "Qwen2Tokenizer", "PreTrainedTokenizerFast"):
        for flags in ({}, {"add_bos_token": False}, {"add_bos_token": True}, {"add_eos_token": True}, {"add_bos_token": True, "add_eos_token": True}, {"add_prefix_space": False}, {"legacy": False}):
            case(name, "llama", {"tokenizer_class": kind, "bos_token": "<s>", "eos_token": "</s>", **flags})
for name, model_type, kind, extra in (("bert", "bert", "BertTokenizer", {}), ("bert", "bert", "PreTrainedTokenizerFast", {}), ("roberta", "roberta", "RobertaTokenizer", {}), ("byte-template", "modernbert", "PreTrainedTokenizerFast", {}), ("xlmr", "xlm-roberta", "XLMRobertaTokenizer", {})):
    object_of = lambda content, **more: {"__type": "AddedToken", "content": content, "lstrip": False, "rstrip": False, "normalized": False, "single_word": False, "special": True, **more}
    mask = "[MASK]" if name == "bert" else "<mask>"
    for config in (
        {"cls_token": "ba"}, {"sep_token": "be"}, {"cls_token": "<x>"}, {"bos_token": "ba"}, {"eos_token": "be"}, {"pad_token": "<x>"}, {"unk_token": "<x>"}, {"unk_token": "be"}, {"mask_token": "<x>"}, {"mask_token": object_of(mask, lstrip=True)}, {"mask_token": object_of(mask, rstrip=True)},
        {"mask_token": object_of("<x>", lstrip=True)}, {"additional_special_tokens": ["<x>"]}, {"extra_special_tokens": {"my_token": "<x>"}}, {"extra_special_tokens": ["<x>"]}, {"additional_special_tokens": [object_of("<x>", lstrip=True)]},
        {"add_bos_token": True, "bos_token": "ba"}, {"add_bos_token": False}, {"add_eos_token": True, "eos_token": "be"}, {"add_eos_token": False}, {"split_special_tokens": True}, {"legacy": True}, {"use_fast": False}, {"backend": "tokenizers"}, {"clean_up_tokenization_spaces": True}, {"is_local": True}, {"do_basic_tokenize": False}, {"never_split": ["Ba"]},
        {"added_tokens_decoder": {"40": object_of("<x>")}}, {"added_tokens_decoder": {"60": object_of("<x>")}}, {"added_tokens_decoder": {"5": object_of("ba", single_word=True)}}, {"added_tokens_decoder": {"4": object_of(mask, lstrip=True)}}, {"added_tokens_decoder": {"40": object_of("<x>", normalized=True, special=False)}},
    ):
        case(name, model_type, {"tokenizer_class": kind, **config})
    case(name, model_type, {"tokenizer_class": kind}, special_map={"mask_token": "<x>"})
    case(name, model_type, {"tokenizer_class": kind}, special_map={"additional_special_tokens": ["<x>"]})
    case(name, model_type, {"tokenizer_class": kind}, special_map={"cls_token": "ba", "sep_token": "be", "unk_token": "be"})
    case(name, model_type, {"tokenizer_class": kind}, special_map={"mask_token": object_of(mask, lstrip=True)})
    case(name, model_type, {"tokenizer_class": kind}, added_tokens={"<x>": 28 if name == "bert" else 39})
    case(name, model_type, {"tokenizer_class": kind}, added_tokens={"<x>": 60})
for name in ("bert-truncating", "bert-truncating-left", "bert-padding"):
    case(name, "bert", B())
    case(name, "bert", B(model_max_length=5))
    case(name, "bert", B(padding_side="left", truncation_side="left"))
    case(name, "bert", {"tokenizer_class": "PreTrainedTokenizerFast"})
case("bert", "bert", B(model_max_length=5))
case("bert", "bert", B(model_max_length=5, truncation_side="left"))


def files(folder, one):
    os.makedirs(folder, exist_ok=True)
    for name, value in (("tokenizer.json", TOKENIZERS[one["tokenizer"]]), ("config.json", {"model_type": one["model_type"]}), ("tokenizer_config.json", one["config"]), ("special_tokens_map.json", one["special_tokens_map"]), ("added_tokens.json", one["added_tokens"])):
        if value is not None:
            json.dump(value, open(os.path.join(folder, name), "w", encoding="utf-8"), ensure_ascii=False)


def run_case(folder, one):
    from transformers import AutoTokenizer
    files(folder, one)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        one["class"] = type(tokenizer).__name__
        one["ids"] = [tokenizer(text)["input_ids"] for text in TEXTS]
        one["truncated"] = [tokenizer(text, truncation=True, max_length=5)["input_ids"] for text in TEXTS]
        one["model_max_length"] = tokenizer.model_max_length if tokenizer.model_max_length < 10 ** 9 else None
        one["pad_token_id"], one["padding_side"], one["truncation_side"] = tokenizer.pad_token_id, tokenizer.padding_side, tokenizer.truncation_side
        one["length"] = len(tokenizer)
        try:
            one["offsets"] = [tokenizer(text, return_offsets_mapping=True)["offset_mapping"] for text in TEXTS]
        except Exception as error:
            one["offsets_error"] = str(error)[:200]
    except Exception as error:
        one["error"] = f"{type(error).__name__}: {error}"[:400]


def sentence_transformers_cases(root):
    out = []
    try:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers import BertConfig, BertModel
        base = os.path.join(root, "st-base")
        torch.manual_seed(0)
        BertModel(BertConfig(vocab_size=len(BERT_WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, max_position_embeddings=20)).save_pretrained(base)
    except Exception:
        return [{"error": traceback.format_exc()[-1500:]}]
    import shutil
    longer = " ".join(["ba be"] * 12)
    for number, (sbert, config, tokenizer) in enumerate([
        (None, None, "bert"), ({"max_seq_length": 7}, None, "bert"), ({"max_seq_length": None}, {"model_max_length": 6, "tokenizer_class": "BertTokenizer"}, "bert"), ({}, {"model_max_length": 6, "tokenizer_class": "BertTokenizer"}, "bert"),
        ({"max_seq_length": 9}, {"model_max_length": 6, "tokenizer_class": "BertTokenizer"}, "bert"), ({"max_seq_length": 64}, None, "bert"), ({}, {"model_max_length": 64, "tokenizer_class": "BertTokenizer"}, "bert"), ({}, None, "bert-truncating"), ({}, {"model_max_length": 8, "tokenizer_class": "BertTokenizer"}, "bert-truncating"), ({"max_seq_length": 7}, None, "bert-truncating"),
        ({"max_seq_length": 9, "do_lower_case": True}, {"do_lower_case": False, "tokenizer_class": "BertTokenizer"}, "bert-cased"), ({"max_seq_length": 9, "do_lower_case": False}, {"do_lower_case": True, "tokenizer_class": "BertTokenizer"}, "bert-cased"),
        ({"max_seq_length": 5}, {"truncation_side": "left", "tokenizer_class": "BertTokenizer"}, "bert"), ({"max_seq_length": 5}, None, "bert-truncating-left"), ({"max_seq_length": 9}, {"padding_side": "left", "tokenizer_class": "BertTokenizer"}, "bert"), ({"max_seq_length": 9}, None, "bert-padding"),
    ]):
        folder = os.path.join(root, f"st-{number}")
        shutil.copytree(base, folder)
        one = {"sentence_bert_config": sbert, "config": config, "tokenizer": tokenizer}
        json.dump(TOKENIZERS[tokenizer], open(os.path.join(folder, "tokenizer.json"), "w"))
        if config is not None:
            json.dump(config, open(os.path.join(folder, "tokenizer_config.json"), "w"))
        if sbert is not None:
            json.dump(sbert, open(os.path.join(folder, "sentence_bert_config.json"), "w"))
            json.dump([{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}, {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}], open(os.path.join(folder, "modules.json"), "w"))
            os.makedirs(os.path.join(folder, "1_Pooling"))
            json.dump({"word_embedding_dimension": 16, "pooling_mode_mean_tokens": True}, open(os.path.join(folder, "1_Pooling", "config.json"), "w"))
        try:
            model = SentenceTransformer(folder, device="cpu")
            one["max_seq_length"] = model.max_seq_length
            step = getattr(model, "preprocess", None) or model.tokenize
            one["ids"] = {text: step([text])["input_ids"].tolist()[0] for text in (longer, "Ba Be", "CAFÉ BA be")}
        except Exception:
            one["error"] = traceback.format_exc()[-600:]
        out.append(one)
    return out


def main(out):
    os.makedirs(out, exist_ok=True)
    import tokenizers, transformers
    with tempfile.TemporaryDirectory() as root:
        for number, one in enumerate(CASES):
            run_case(os.path.join(root, str(number)), one)
        st = sentence_transformers_cases(root)
    result = {"versions": {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__}, "texts": TEXTS, "tokenizers": TOKENIZERS, "cases": CASES, "sentence_transformers": st}
    json.dump(result, open(os.path.join(out, "tokenizer-folders.json"), "w", encoding="utf-8"), ensure_ascii=False, indent=None)


if __name__ == "__main__":
    main(sys.argv[1])
