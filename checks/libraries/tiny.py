"""Small models of each package, built without weights from anywhere."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from checks.libraries.real import real

SIZES: dict[str, Any] = {
    **dict.fromkeys("hidden_size d_model dim n_embd emb_dim embedding_size intra_bottleneck_size true_hidden_size embed_dim image_size".split(), 32),
    **dict.fromkeys("num_hidden_layers num_layers n_layers n_layer encoder_layers decoder_layers num_decoder_layers".split(), 2),
    **dict.fromkeys("num_attention_heads n_heads n_head encoder_attention_heads decoder_attention_heads num_key_value_heads".split(), 2),
    **dict.fromkeys("intermediate_size hidden_dim d_inner d_ff ffn_dim encoder_ffn_dim decoder_ffn_dim n_inner vocab_size".split(), 64),
    **dict.fromkeys("max_position_embeddings n_positions n_ctx max_2d_position_embeddings".split(), 64),
    **dict.fromkeys("q_groups k_groups v_groups post_attention_groups intermediate_groups output_groups num_random_blocks bos_token_id".split(), 1),
    **dict.fromkeys("d_kv d_head head_dim entity_vocab_size entity_emb_size num_conv_pos_embeddings classifier_proj_size".split(), 16),
    **dict.fromkeys("attention_window block_size num_landmarks".split(), 4),
    **dict.fromkeys("segment_means_seq_len patch_size local_attention".split(), 8),
    **dict.fromkeys("num_conv_pos_embedding_groups num_feat_extract_layers eos_token_id num_hash_functions".split(), 2),
    "word_embed_proj_dim": 32,
    "num_heads": 2,
    "pad_token_id": 0,
    "cls_token_id": 3,
    "sep_token_id": 4,
    "mask_token_id": 5,
    "depths": [1, 1],
    "hidden_sizes": [16, 32],
    "block_sizes": [1, 1],
    "conv_kernel_size": 3,
    "conv_dim": (16, 16),
    "conv_stride": (5, 2),
    "conv_kernel": (10, 3),
    "attention_types": [[["global", "local"], 1]],
    "decoder_start_token_id": 0,
}
"""Sizes of a configuration of transformers, by the names that the families have for them."""
OWN: dict[str, dict[str, Any]] = {
    "XLNet": {"d_model": 32, "n_layer": 2, "n_head": 2, "d_inner": 64, "vocab_size": 64},
    "Funnel": {"d_model": 32, "n_head": 2, "d_head": 16, "d_inner": 64, "block_sizes": [1, 1], "vocab_size": 64},
    "Falcon": {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "vocab_size": 64, "pad_token_id": 0},
    "T5": {"d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 2, "num_decoder_layers": 2, "num_heads": 2, "vocab_size": 64, "eos_token_id": 2},
    "Swin": {"embed_dim": 16, "depths": [1, 1], "num_heads": [2, 2], "image_size": 32, "patch_size": 4, "window_size": 4},
    "Swinv2": {"embed_dim": 16, "depths": [1, 1], "num_heads": [2, 2], "image_size": 32, "patch_size": 4, "window_size": 4},
}


def transformer(name: str, family: str, classes: int) -> nn.Module:
    """A model of transformers with random weights, in training mode."""
    cls = real(name)
    base = cls.config_class()
    sizes = OWN.get(family) or {key: size for key, size in SIZES.items() if hasattr(base, key)}
    if "QuestionAnswering" not in name:
        sizes = {**sizes, "num_labels": classes}
    torch.manual_seed(0)
    model: nn.Module = cls(cls.config_class(**sizes)).train()
    shaken(model)
    return model


def shaken(model: nn.Module, seed: int = 0) -> None:
    """Weights large enough that scores leave [0, 1] where nothing holds them in."""
    torch.manual_seed(seed)
    for module in model.modules():
        for name, weight in module.named_parameters(recurse=False):
            if not isinstance(module, (nn.LayerNorm, nn.BatchNorm1d, nn.BatchNorm2d, nn.GroupNorm)) and "norm" not in name.lower():
                nn.init.normal_(weight, std=0.7)


def inputs(name: str) -> dict[str, torch.Tensor]:
    """What a model of transformers is called with: two samples."""
    torch.manual_seed(0)
    if "Image" in name:
        return {"pixel_values": torch.randn(2, 3, 32, 32)}
    if any(family in name for family in ("Wav2Vec2", "Hubert", "WavLM")):
        return {"input_values": torch.randn(2, 400)}
    ids = torch.randint(6, 60, (2, 3, 8) if "MultipleChoice" in name else (2, 8))
    ids[..., -1] = 2  # the end of the sequence, which some look for
    return {"input_ids": ids, "decoder_input_ids": ids} if ".T5" in name else {"input_ids": ids}
