namespace Simile.Models;

internal static partial class ModelFileTable
{
    private static readonly ModelFileRow[] Files =
    [
        new(KeyEffect.Followed, "config.json"),
        new(KeyEffect.Followed, "model.safetensors", "model.safetensors.index.json", "model-*-of-*.safetensors"),
        new(KeyEffect.Followed, "model.onnx", "model_*.onnx", "onnx/*"),
        new(KeyEffect.Followed, "modules.json"),
        new(KeyEffect.Followed, "config_sentence_transformers.json"),
        new(
            KeyEffect.Followed,
            "sentence_bert_config.json", "sentence_roberta_config.json", "sentence_distilbert_config.json",
            "sentence_camembert_config.json", "sentence_albert_config.json", "sentence_xlm-roberta_config.json",
            "sentence_xlnet_config.json"),
        new(KeyEffect.Followed, "adapter_config.json", "adapter_model.safetensors"),
        new(KeyEffect.Refused, "adapter_model.bin"),
        new(KeyEffect.Refused, "pytorch_model.bin", "pytorch_model.bin.index.json"),
        new(KeyEffect.Followed, "golden.json", "calibration.json", "alignment.safetensors", "simile.json"),
        new(
            KeyEffect.Followed,
            "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "vocab.txt",
            "merges.txt", "*.model"),
        new(KeyEffect.Followed, "preprocessor_config.json", "processor_config.json"),
        new(KeyEffect.Refused, "router_config.json"),
        new(
            KeyEffect.Refused,
            "cnn_config.json", "lstm_config.json", "wordembedding_config.json", "whitespacetokenizer_config.json",
            "phrasetokenizer_config.json"),
        new(KeyEffect.NoEffect, "generation_config.json"),
        new(KeyEffect.NoEffect, "README.md", "LICENSE", ".gitattributes"),
        new(KeyEffect.NoEffect, "simile-package.json"),
        new(
            KeyEffect.NoEffect,
            "train_script.py", "data_config.json", "training_args.bin", "trainer_state.json", "optimizer.pt", "scheduler.pt",
            "rng_state.pth", "train_results.json", "eval_results.json", "all_results.json", "similarity_evaluation_results.csv",
            "model_args.json", "eval.json", "metrics.json", "results.json"),
        new(
            KeyEffect.NoEffect,
            "tf_model.h5", "flax_model.msgpack", "rust_model.ot", "ov_config.json", "openvino_model.xml",
            "openvino_model.bin", "quantize_config.json", "ort_config.json", "coreml_config.json"),
        new(KeyEffect.NoEffect, "openvino/*", "coreml/*"),
        new(KeyEffect.NoEffect, "chat_template.json", "chat_template.jinja"),
        new(KeyEffect.NoEffect, "*.py"),
    ];

    private static readonly ModelKeyRow[] Keys =
    [
        new("modules.json", "", KeyEffect.Followed, "type"),
        new("modules.json", "", KeyEffect.Followed, "path"),
        new("modules.json", "", KeyEffect.NoEffect, "idx", "name"),
        new("modules.json", "", KeyEffect.NoEffect, "kwargs"),
        new("config_sentence_transformers.json", "", KeyEffect.Followed, "prompts"),
        new("config_sentence_transformers.json", "", KeyEffect.Followed, "default_prompt_name"),
        new("config_sentence_transformers.json", "", KeyEffect.Followed, "similarity_fn_name"),
        new("config_sentence_transformers.json", "", KeyEffect.Followed, "truncate_dim"),
        new("config_sentence_transformers.json", "", KeyEffect.Followed, "matryoshka_dimensions", "matryoshka_dims"),
        new("config_sentence_transformers.json", "", KeyEffect.Followed, "activation_fn"),
        new("config_sentence_transformers.json", "", KeyEffect.Refused, "model_type"),
        new("config_sentence_transformers.json", "", KeyEffect.NoEffect, "__version__"),
        new("config_sentence_transformers.json", "", KeyEffect.NoEffect, "requirements"),
        new("config_sentence_transformers.json", "", KeyEffect.NoEffect, "score_functions"),
        new("sentence_bert_config.json", "", KeyEffect.Followed, "max_seq_length"),
        new("sentence_bert_config.json", "", KeyEffect.Followed, "do_lower_case"),
        new("sentence_bert_config.json", "", KeyEffect.Refused, "transformer_task"),
        new("sentence_bert_config.json", "", KeyEffect.Refused, "module_output_name"),
        new("sentence_bert_config.json", "", KeyEffect.Refused, "query_expansion"),
        new("sentence_bert_config.json", "", KeyEffect.Followed, "query_length", "document_length"),
        new(
            "sentence_bert_config.json", "", KeyEffect.NoEffect,
            "modality_config", "modality_config.*", "modality_config.*.method", "modality_config.*.method_output_name",
            "modality_config.*.format"),
        new("sentence_bert_config.json", "", KeyEffect.Refused, "modality_config.text.method_output_name"),
        new("sentence_bert_config.json", "", KeyEffect.Refused, "processing_kwargs"),
        new("sentence_bert_config.json", "", KeyEffect.NoEffect, "unpad_inputs"),
        new("sentence_bert_config.json", "", KeyEffect.Refused, "tokenizer_name_or_path", "tokenizer_args", "processor_kwargs"),
        new("sentence_bert_config.json", "", KeyEffect.Refused, "model_args", "model_kwargs", "config_args", "config_kwargs"),
        new(
            "sentence_bert_config.json", "", KeyEffect.Refused,
            "model_args.*", "model_kwargs.*", "config_args.*", "config_kwargs.*", "tokenizer_args.*", "processor_kwargs.*"),
        new("Pooling/config.json", "", KeyEffect.Followed, "pooling_mode"),
        new(
            "Pooling/config.json", "", KeyEffect.Followed,
            "pooling_mode_cls_token", "pooling_mode_max_tokens", "pooling_mode_mean_tokens", "pooling_mode_mean_sqrt_len_tokens",
            "pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken"),
        new("Pooling/config.json", "", KeyEffect.Followed, "include_prompt"),
        new("Pooling/config.json", "", KeyEffect.Followed, "word_embedding_dimension", "embedding_dimension"),
        new("Dense/config.json", "", KeyEffect.Followed, "in_features", "out_features", "bias"),
        new("Dense/config.json", "", KeyEffect.Followed, "activation_function"),
        new("Dense/config.json", "", KeyEffect.Followed, "use_residual"),
        new("Dense/config.json", "", KeyEffect.Refused, "module_input_name", "module_output_name"),
        new("Normalize/config.json", "", KeyEffect.Refused, "module_input_name", "module_output_name"),
        new("Dropout/config.json", "", KeyEffect.NoEffect, "dropout"),
        new("adapter_config.json", "", KeyEffect.Followed, "peft_type"),
        new("adapter_config.json", "", KeyEffect.Followed, "base_model_name_or_path", "revision"),
        new("adapter_config.json", "", KeyEffect.Followed, "r", "lora_alpha", "use_rslora"),
        new("adapter_config.json", "", KeyEffect.NoEffect, "fan_in_fan_out"),
        new("adapter_config.json", "", KeyEffect.Refused, "init_lora_weights"),
        new("adapter_config.json", "", KeyEffect.Followed, "rank_pattern", "alpha_pattern"),
        new("adapter_config.json", "", KeyEffect.Followed, "use_dora"),
        new("adapter_config.json", "", KeyEffect.Followed, "lora_bias"),
        new("adapter_config.json", "", KeyEffect.Followed, "bias"),
        new("adapter_config.json", "", KeyEffect.Followed, "modules_to_save"),
        new(
            "adapter_config.json", "", KeyEffect.Followed,
            "target_modules", "exclude_modules", "layers_to_transform", "layers_pattern"),
        new(
            "adapter_config.json", "", KeyEffect.Refused,
            "target_parameters", "trainable_token_indices", "layer_replication", "alora_invocation_tokens", "use_qalora",
            "use_bdlora", "arrow_config", "megatron_config", "velora_config", "monteclora_config", "kasa_config"),
        new(
            "adapter_config.json", "", KeyEffect.NoEffect,
            "task_type", "auto_mapping", "peft_version", "inference_mode", "lora_dropout", "loftq_config", "eva_config",
            "corda_config", "lora_ga_config", "megatron_core", "runtime_config", "qalora_group_size", "ensure_weight_tying"),
        new("config.json", "", KeyEffect.Followed, "model_type"),
        new("config.json", "", KeyEffect.Followed, "_name_or_path"),
        new("config.json", "", KeyEffect.Followed, "matryoshka_dimensions"),
        new("config.json", "", KeyEffect.Followed, "sbert_ce_default_activation_function"),
        new("config.json", "", KeyEffect.Refused, "quantization_config", "compression_config"),
        new("config.json", "", KeyEffect.Refused, "pruned_heads"),
        new("config.json", "", KeyEffect.Refused, "is_decoder", "add_cross_attention", "is_causal"),
        new("config.json", "", KeyEffect.NoEffect, "auto_map"),
        new(
            "config.json", "", KeyEffect.NoEffect,
            "architectures", "transformers_version", "tokenizer_class", "processor_class", "language", "base_model",
            "sentence_transformers", "use_safetensors"),
        new("config.json", "", KeyEffect.NoEffect, "torch_dtype", "dtype", "use_bfloat16"),
        new(
            "config.json", "", KeyEffect.NoEffect,
            "attn_implementation", "_attn_implementation", "_attn_implementation_autoset", "_attn_implementation_internal",
            "_experts_implementation", "experts_implementation", "_commit_hash", "_flash_attn_2_enabled"),
        new(
            "config.json", "", KeyEffect.NoEffect,
            "initializer_range", "initializer_factor", "gradient_checkpointing", "attention_dropout", "hidden_dropout_prob",
            "attention_probs_dropout_prob", "classifier_dropout", "dropout", "classifier_dropout_prob", "seq_classif_dropout",
            "qa_dropout", "layerdrop"),
        new(
            "config.json", "", KeyEffect.NoEffect,
            "id2label", "label2id", "num_labels", "problem_type", "finetuning_task", "task_specific_params", "summary_type",
            "summary_use_proj", "summary_activation", "summary_proj_to_labels", "summary_first_dropout", "summary_last_dropout",
            "classifier_bias", "classifier_activation", "classifier_pooling", "decoder_bias", "loss_type"),
        new("config.json", "", KeyEffect.NoEffect, "tie_word_embeddings", "tie_encoder_decoder", "tie_weights_"),
        new(
            "config.json", "", KeyEffect.NoEffect,
            "use_cache", "output_past", "return_dict", "use_return_dict", "output_attentions", "output_hidden_states",
            "torchscript", "tf_legacy_loss", "chunk_size_feed_forward", "cross_attention_hidden_size", "is_encoder_decoder"),
        new(
            "config.json", "", KeyEffect.NoEffect,
            "bos_token_id", "eos_token_id", "sep_token_id", "cls_token_id", "mask_token_id", "unk_token_id",
            "decoder_start_token_id", "prefix"),
        new(
            "config.json", "", KeyEffect.NoEffect,
            "max_length", "min_length", "do_sample", "early_stopping", "num_beams", "num_beam_groups", "diversity_penalty",
            "temperature", "top_k", "top_p", "typical_p", "repetition_penalty", "length_penalty", "no_repeat_ngram_size",
            "encoder_no_repeat_ngram_size", "bad_words_ids", "num_return_sequences", "output_scores", "return_dict_in_generate",
            "forced_bos_token_id", "forced_eos_token_id", "remove_invalid_values", "exponential_decay_length_penalty",
            "suppress_tokens", "begin_suppress_tokens"),
        new(
            "config.json", "bert, roberta, xlm-roberta, camembert", KeyEffect.Followed,
            "hidden_size", "num_attention_heads", "num_hidden_layers", "intermediate_size", "max_position_embeddings",
            "type_vocab_size", "vocab_size"),
        new("config.json", "bert, roberta, xlm-roberta, camembert", KeyEffect.Followed, "hidden_act"),
        new("config.json", "bert, roberta, xlm-roberta, camembert", KeyEffect.Followed, "layer_norm_eps"),
        new("config.json", "bert, roberta, xlm-roberta, camembert", KeyEffect.Followed, "pad_token_id"),
        new("config.json", "bert, roberta, xlm-roberta, camembert", KeyEffect.Refused, "position_embedding_type"),
        new(
            "config.json", "bert, roberta, xlm-roberta, camembert", KeyEffect.NoEffect,
            "directionality", "pooler_fc_size", "pooler_num_attention_heads", "pooler_num_fc_layers", "pooler_size_per_head",
            "pooler_type"),
        new(
            "config.json", "bert, roberta, xlm-roberta, camembert", KeyEffect.NoEffect,
            "gradient_checkpointing_kwargs", "embedding_size", "adapters", "custom_heads"),
        new(
            "config.json", "distilbert", KeyEffect.Followed,
            "dim", "n_heads", "n_layers", "hidden_dim", "max_position_embeddings", "vocab_size"),
        new("config.json", "distilbert", KeyEffect.Followed, "hidden_size", "num_attention_heads", "num_hidden_layers"),
        new("config.json", "distilbert", KeyEffect.Followed, "activation"),
        new("config.json", "distilbert", KeyEffect.NoEffect, "sinusoidal_pos_embds"),
        new("config.json", "distilbert", KeyEffect.NoEffect, "pad_token_id"),
        new(
            "config.json", "mpnet", KeyEffect.Followed,
            "hidden_size", "num_attention_heads", "num_hidden_layers", "intermediate_size", "hidden_act", "layer_norm_eps",
            "max_position_embeddings", "vocab_size", "relative_attention_num_buckets"),
        new("config.json", "mpnet", KeyEffect.NoEffect, "pad_token_id"),
        new("config.json", "mpnet", KeyEffect.NoEffect, "relative_attention_max_distance", "type_vocab_size"),
        new(
            "config.json", "modernbert", KeyEffect.Followed,
            "hidden_size", "num_attention_heads", "num_hidden_layers", "intermediate_size", "hidden_activation", "norm_eps",
            "max_position_embeddings", "vocab_size"),
        new("config.json", "modernbert", KeyEffect.Followed, "global_attn_every_n_layers", "layer_types"),
        new("config.json", "modernbert", KeyEffect.Followed, "local_attention", "sliding_window"),
        new(
            "config.json", "modernbert", KeyEffect.Followed,
            "global_rope_theta", "local_rope_theta", "rope_parameters.full_attention.rope_theta",
            "rope_parameters.sliding_attention.rope_theta"),
        new("config.json", "modernbert", KeyEffect.Followed, "norm_bias", "attention_bias", "mlp_bias"),
        new("config.json", "modernbert", KeyEffect.Refused, "rope_parameters.*.rope_type", "rope_parameters.*.type"),
        new("config.json", "modernbert", KeyEffect.Refused, "rope_parameters.*.partial_rotary_factor"),
        new(
            "config.json", "modernbert", KeyEffect.NoEffect,
            "rope_parameters.*.factor", "rope_parameters.*.attention_factor", "rope_parameters.*.beta_fast",
            "rope_parameters.*.beta_slow", "rope_parameters.*.low_freq_factor", "rope_parameters.*.high_freq_factor",
            "rope_parameters.*.short_factor", "rope_parameters.*.long_factor",
            "rope_parameters.*.original_max_position_embeddings"),
        new("config.json", "modernbert", KeyEffect.Refused, "rope_scaling"),
        new("config.json", "modernbert", KeyEffect.Refused, "rope_scaling.*"),
        new(
            "config.json", "modernbert", KeyEffect.NoEffect,
            "pad_token_id", "position_embedding_type", "layer_norm_eps", "embedding_dropout", "mlp_dropout",
            "initializer_cutoff_factor", "deterministic_flash_attn", "reference_compile", "repad_logits_with_grad",
            "sparse_prediction", "sparse_pred_ignore_index", "compile_model"),
        new(
            "config.json", "qwen3", KeyEffect.Followed,
            "hidden_size", "num_attention_heads", "num_key_value_heads", "head_dim", "num_hidden_layers", "intermediate_size", "hidden_act",
            "rms_norm_eps", "max_position_embeddings", "vocab_size", "attention_bias"),
        new("config.json", "qwen3", KeyEffect.Followed, "rope_theta", "rope_parameters.rope_theta"),
        new("config.json", "qwen3", KeyEffect.Refused, "rope_parameters.rope_type", "rope_parameters.type", "rope_parameters.partial_rotary_factor"),
        new("config.json", "qwen3", KeyEffect.NoEffect, "rope_parameters.factor", "rope_parameters.original_max_position_embeddings"),
        new("config.json", "qwen3", KeyEffect.Refused, "rope_scaling", "rope_scaling.*"),
        new("config.json", "qwen3", KeyEffect.Refused, "use_sliding_window", "layer_types"),
        new("config.json", "qwen3", KeyEffect.NoEffect, "sliding_window", "max_window_layers", "pad_token_id"),
        new(
            "config.json", "gemma3_text", KeyEffect.Followed,
            "hidden_size", "num_attention_heads", "num_key_value_heads", "head_dim", "num_hidden_layers", "intermediate_size",
            "hidden_activation", "rms_norm_eps", "max_position_embeddings", "vocab_size", "query_pre_attn_scalar"),
        new("config.json", "gemma3_text", KeyEffect.Followed, "use_bidirectional_attention", "sliding_window"),
        new("config.json", "gemma3_text", KeyEffect.Followed, "layer_types", "_sliding_window_pattern", "sliding_window_pattern"),
        new(
            "config.json", "gemma3_text", KeyEffect.Followed,
            "rope_theta", "rope_local_base_freq", "rope_parameters.full_attention.rope_theta",
            "rope_parameters.sliding_attention.rope_theta"),
        new("config.json", "gemma3_text", KeyEffect.Refused, "rope_parameters.*.rope_type", "rope_parameters.*.type"),
        new("config.json", "gemma3_text", KeyEffect.Refused, "rope_parameters.*.partial_rotary_factor", "rope_scaling", "rope_scaling.*"),
        new("config.json", "gemma3_text", KeyEffect.NoEffect, "rope_parameters.*.factor", "rope_parameters.*.original_max_position_embeddings"),
        new("config.json", "gemma3_text", KeyEffect.Refused, "attn_logit_softcapping", "attention_bias"),
        new("config.json", "gemma3_text", KeyEffect.NoEffect, "final_logit_softcapping", "pad_token_id"),
        new(
            "config.json", "nomic_bert", KeyEffect.Followed,
            "n_embd", "n_head", "n_layer", "n_inner", "n_positions", "max_trained_positions", "type_vocab_size", "vocab_size",
            "layer_norm_epsilon", "rotary_emb_base"),
        new(
            "config.json", "nomic_bert", KeyEffect.Followed,
            "hidden_size", "num_attention_heads", "num_hidden_layers", "intermediate_size", "max_position_embeddings",
            "layer_norm_eps", "hidden_act", "rope_parameters.rope_theta"),
        new("config.json", "nomic_bert", KeyEffect.Followed, "qkv_proj_bias", "mlp_fc1_bias", "mlp_fc2_bias"),
        new("config.json", "nomic_bert", KeyEffect.Refused, "activation_function"),
        new(
            "config.json", "nomic_bert", KeyEffect.Refused,
            "prenorm", "rotary_emb_interleaved", "rotary_emb_scale_base", "rotary_emb_fraction"),
        new(
            "config.json", "nomic_bert", KeyEffect.Refused,
            "causal", "use_rms_norm", "parallel_block", "scale_attn_by_inverse_layer_idx", "scale_attn_weights",
            "moe_every_n_layers", "num_experts"),
        new(
            "config.json", "nomic_bert", KeyEffect.Refused,
            "rope_parameters.rope_type", "rope_parameters.type", "rope_parameters.partial_rotary_factor", "rope_scaling",
            "rope_scaling.*", "head_dim"),
        new("config.json", "nomic_bert", KeyEffect.NoEffect, "rotary_scaling_factor"),
        new(
            "config.json", "nomic_bert", KeyEffect.NoEffect,
            "rope_parameters.factor", "rope_parameters.original_max_position_embeddings"),
        new(
            "config.json", "nomic_bert", KeyEffect.NoEffect,
            "attn_pdrop", "embd_pdrop", "resid_pdrop", "ffn_div", "pad_token_id", "pad_vocab_size_multiple", "dense_seq_output",
            "fused_bias_fc", "fused_dropout_add_ln", "reorder_and_upcast_attn", "use_flash_attn", "use_xentropy",
            "parallel_block_tied_norm", "last_layer_subset", "expert_choice_router", "ffn_dropout", "moe_impl",
            "moe_normalize_expert_weights", "moe_resid_pdrop", "moe_top_k", "num_shared_experts", "router_aux_loss_coef",
            "fused_attn"),
        new("config.json", "model2vec", KeyEffect.Followed, "normalize"),
        new("config.json", "model2vec", KeyEffect.Followed, "seq_length"),
        new(
            "config.json", "model2vec", KeyEffect.NoEffect,
            "hidden_dim", "vocab_size", "embedding_dtype", "vocabulary_quantization", "tokenizer_name", "apply_pca",
            "apply_zipf", "sif_coefficient", "pooling", "cache_dir", "token_remove_pattern", "pad_token_id", "training",
            "pca_dims", "explained_variance"),
        new("config.json", "clip", KeyEffect.Followed, "text_config", "vision_config", "projection_dim"),
        new("config.json", "clip", KeyEffect.Refused, "text_config_dict", "vision_config_dict"),
        new("config.json", "clip", KeyEffect.NoEffect, "logit_scale_init_value", "vocab_size", "pad_token_id"),
        new(
            "config.json", "clip_text_model", KeyEffect.Followed,
            "hidden_size", "num_attention_heads", "num_hidden_layers", "intermediate_size", "hidden_act", "layer_norm_eps",
            "max_position_embeddings", "vocab_size", "projection_dim"),
        new("config.json", "clip_text_model", KeyEffect.Followed, "eos_token_id"),
        new("config.json", "clip_text_model", KeyEffect.NoEffect, "pad_token_id", "projection_size"),
        new(
            "config.json", "clip_vision_model", KeyEffect.Followed,
            "hidden_act", "layer_norm_eps", "num_attention_heads", "image_size"),
        new(
            "config.json", "clip_vision_model", KeyEffect.NoEffect,
            "hidden_size", "intermediate_size", "num_hidden_layers", "patch_size", "projection_dim", "num_channels",
            "vision_use_head"),
        new("config.json", "clip_vision_model", KeyEffect.NoEffect, "pad_token_id"),
        new("config.json", "siglip", KeyEffect.Followed, "text_config", "vision_config"),
        new("config.json", "siglip", KeyEffect.Refused, "text_config_dict", "vision_config_dict"),
        new("config.json", "siglip", KeyEffect.NoEffect, "logit_scale_init_value", "logit_bias_init_value", "pad_token_id"),
        new(
            "config.json", "siglip_text_model", KeyEffect.Followed,
            "hidden_size", "num_attention_heads", "num_hidden_layers", "intermediate_size", "hidden_act", "layer_norm_eps",
            "max_position_embeddings", "vocab_size", "projection_size"),
        new("config.json", "siglip_text_model", KeyEffect.Followed, "pad_token_id"),
        new(
            "config.json", "siglip_vision_model", KeyEffect.Followed,
            "hidden_act", "layer_norm_eps", "num_attention_heads", "image_size"),
        new(
            "config.json", "siglip_vision_model", KeyEffect.NoEffect,
            "hidden_size", "intermediate_size", "num_hidden_layers", "patch_size", "num_channels", "vision_use_head",
            "pad_token_id"),
        new("config.json", "vit", KeyEffect.Followed, "hidden_act", "layer_norm_eps", "num_attention_heads", "image_size"),
        new(
            "config.json", "vit", KeyEffect.NoEffect,
            "hidden_size", "intermediate_size", "num_hidden_layers", "patch_size", "num_channels", "qkv_bias", "encoder_stride",
            "pooler_act", "pooler_output_size", "pad_token_id"),
        new("config.json", "dinov2", KeyEffect.Followed, "hidden_act", "layer_norm_eps", "num_attention_heads", "use_swiglu_ffn"),
        new(
            "config.json", "dinov2", KeyEffect.NoEffect,
            "hidden_size", "mlp_ratio", "num_hidden_layers", "patch_size", "image_size", "num_channels", "qkv_bias", "layerscale_value"),
        new(
            "config.json", "dinov2", KeyEffect.NoEffect,
            "drop_path_rate", "use_mask_token", "apply_layernorm", "reshape_hidden_states", "out_features", "out_indices", "stage_names"),
        new("config.json", "resnet", KeyEffect.Followed, "downsample_in_first_stage", "downsample_in_bottleneck", "hidden_sizes"),
        new("config.json", "resnet", KeyEffect.Refused, "hidden_act"),
        new(
            "config.json", "resnet", KeyEffect.NoEffect,
            "layer_type", "depths", "embedding_size", "num_channels", "out_features", "out_indices", "stage_names",
            "pad_token_id"),
        new("config.json", "simile-image", KeyEffect.Followed, "aligned_with", "projection_dim", "hidden_sizes"),
        new("config.json", "simile-image", KeyEffect.Followed, "downsample_in_first_stage", "downsample_in_bottleneck"),
        new("config.json", "simile-image", KeyEffect.Refused, "hidden_act"),
        new("config.json", "simile-image", KeyEffect.NoEffect, "embedding_size", "depths", "layer_type", "image_size"),
        new("config.json", "simile-alignment", KeyEffect.Followed, "text_model", "image_model", "text_source", "image_source", "logit_scale"),
        new("config.json", "timm", KeyEffect.Followed, "architecture", "num_features", "model_args", "global_pool"),
        new("config.json", "timm", KeyEffect.NoEffect, "num_classes", "pretrained_cfg"),
        new("simile.json", "", KeyEffect.Followed, "fusion.dense_weight"),
        new(
            "tokenizer_config.json", "", KeyEffect.Followed,
            "do_lower_case", "strip_accents", "tokenize_chinese_chars"),
        new(
            "tokenizer_config.json", "", KeyEffect.Followed,
            "add_prefix_space"),
        new(
            "tokenizer_config.json", "", KeyEffect.Followed,
            "cls_token", "sep_token", "bos_token", "eos_token"),
        new(
            "tokenizer_config.json", "", KeyEffect.Followed,
            "unk_token", "pad_token", "mask_token", "additional_special_tokens", "extra_special_tokens", "added_tokens_decoder"),
        new(
            "tokenizer_config.json", "", KeyEffect.Followed,
            "tokenizer_class"),
        new(
            "tokenizer_config.json", "", KeyEffect.Followed,
            "model_max_length", "truncation_side"),
        new(
            "tokenizer_config.json", "", KeyEffect.Followed,
            "keep_accents"),
        new(
            "tokenizer_config.json", "", KeyEffect.Refused,
            "split_special_tokens"),
        new(
            "tokenizer_config.json", "", KeyEffect.Refused,
            "do_basic_tokenize"),
        new(
            "tokenizer_config.json", "", KeyEffect.NoEffect,
            "add_bos_token", "add_eos_token"),
        new(
            "tokenizer_config.json", "", KeyEffect.NoEffect,
            "padding_side", "pad_to_multiple_of", "pad_token_type_id", "padding", "pad_token_id"),
        new(
            "tokenizer_config.json", "", KeyEffect.NoEffect,
            "truncation", "truncation_strategy", "stride", "max_length"),
        new(
            "tokenizer_config.json", "", KeyEffect.NoEffect,
            "trim_offsets", "clean_up_tokenization_spaces", "spaces_between_special_tokens", "errors"),
        new(
            "tokenizer_config.json", "", KeyEffect.NoEffect,
            "never_split", "word_tokenizer_type", "subword_tokenizer_type", "do_word_tokenize", "do_subword_tokenize", "mecab_kwargs",
            "sp_model_kwargs", "vocab_size", "vocab_file", "merges_file", "tokenizer_file", "use_fast", "backend", "legacy", "from_slow"),
        new(
            "tokenizer_config.json", "", KeyEffect.NoEffect,
            "is_local", "local_files_only", "name_or_path", "special_tokens_map_file", "processor_class", "model_type",
            "tokenizer_name", "do_pad", "return_token_type_ids", "model_input_names", "full_tokenizer_file",
            "model_specific_special_tokens", "image_token", "chat_template", "use_default_system_prompt", "remove_space", "fuse_unk",
            "model_max_length_single_sentence", "auto_map", "device_map"),
        new(
            "special_tokens_map.json", "", KeyEffect.Followed,
            "cls_token", "sep_token", "bos_token", "eos_token", "unk_token", "pad_token", "mask_token", "additional_special_tokens",
            "extra_special_tokens"),
        new(
            "added_tokens.json", "", KeyEffect.Followed,
            "*"),
        new(
            "preprocessor_config.json", "", KeyEffect.Followed,
            "image_processor_type", "feature_extractor_type", "do_resize", "size", "resample", "do_center_crop", "crop_size",
            "do_rescale", "rescale_factor", "do_normalize", "image_mean", "image_std", "crop_pct"),
        new(
            "preprocessor_config.json", "", KeyEffect.Refused,
            "pad_size"),
        new(
            "preprocessor_config.json", "", KeyEffect.NoEffect,
            "do_convert_rgb", "do_pad"),
        new(
            "preprocessor_config.json", "", KeyEffect.NoEffect,
            "processor_class", "default_to_square", "offset", "do_reduce_labels", "do_flip_channel_order", "size_divisor",
            "data_format", "input_data_format", "return_tensors", "device", "disable_grouping", "auto_map", "_processor_class",
            "_valid_processor_keys", "use_fast"),
        new(
            "processor_config.json", "", KeyEffect.Followed,
            "image_processor.image_processor_type", "image_processor.feature_extractor_type", "image_processor.do_resize",
            "image_processor.size", "image_processor.resample", "image_processor.do_center_crop", "image_processor.crop_size",
            "image_processor.do_rescale", "image_processor.rescale_factor", "image_processor.do_normalize",
            "image_processor.image_mean", "image_processor.image_std", "image_processor.crop_pct"),
        new(
            "processor_config.json", "", KeyEffect.Refused,
            "image_processor.pad_size"),
        new(
            "processor_config.json", "", KeyEffect.NoEffect,
            "image_processor.do_convert_rgb", "image_processor.do_pad"),
        new(
            "processor_config.json", "", KeyEffect.NoEffect,
            "image_processor.processor_class", "image_processor.default_to_square", "image_processor.offset",
            "image_processor.do_reduce_labels", "image_processor.do_flip_channel_order", "image_processor.size_divisor",
            "image_processor.data_format", "image_processor.input_data_format", "image_processor.return_tensors",
            "image_processor.device", "image_processor.disable_grouping", "image_processor.auto_map",
            "image_processor._processor_class", "image_processor._valid_processor_keys", "image_processor.use_fast"),
        new(
            "processor_config.json", "", KeyEffect.NoEffect,
            "processor_class", "tokenizer", "video_processor", "feature_extractor", "image_seq_length", "audio_processor"),
    ];
}
