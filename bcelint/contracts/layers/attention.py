"""Attention and transformers."""

from __future__ import annotations

from typing import Any

from bcelint.contracts import shapes
from bcelint.contracts.layers.rows import layer
from bcelint.contracts.schema import Args, Outcome, Result
from bcelint.facts import UNBOUNDED, UNIT, DType, Shape

END = "layer_norm_eps=1e-05, batch_first=False, norm_first=False, bias=True, device=None, dtype=None"
LAYER = f"d_model, nhead, dim_feedforward=2048, dropout=0.1, activation=None, {END}"
FIELDS: dict[str, Any] = {"range": UNBOUNDED, "dtype": DType.FLOATING, "grad": True}


def attention(args: Args) -> Outcome:
    """The attended values, and the weights of the attention."""
    claim, size = args.facts("query").shape, shapes.size(args.arg("embed_dim"))
    shape = None if claim is None else shapes.with_dim(claim.value, -1, size)
    weights = Result(UNIT.loosely(), None, None, DType.FLOATING, None, True) if args.constant("need_weights") is True else None
    return (Result(UNBOUNDED, None, None, DType.FLOATING, shape or Shape((None, size), open=True), True), weights)


ROWS = (
    layer(
        "nn.MultiheadAttention",
        "embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=None, vdim=None, batch_first=False, "
        "device=None, dtype=None",
        call="query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None, average_attn_weights=True, is_causal=False",
        main="query",
        outcome=attention,
    ),
    layer("nn.TransformerEncoderLayer", LAYER, call="src, src_mask=None, src_key_padding_mask=None, is_causal=False", main="src", **FIELDS),
    layer(
        "nn.TransformerDecoderLayer",
        LAYER,
        call="tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None, tgt_is_causal=False, "
        "memory_is_causal=False",
        main="tgt",
        **FIELDS,
    ),
    layer(
        "nn.TransformerEncoder",
        "encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True",
        call="src, mask=None, src_key_padding_mask=None, is_causal=None",
        main="src",
        **FIELDS,
    ),
    layer(
        "nn.TransformerDecoder",
        "decoder_layer, num_layers, norm=None",
        call="tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None, tgt_is_causal=None, "
        "memory_is_causal=False",
        main="tgt",
        **FIELDS,
    ),
    layer(
        "nn.Transformer",
        "d_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048, dropout=0.1, activation=None, "
        f"custom_encoder=None, custom_decoder=None, {END}",
        call="src, tgt, src_mask=None, tgt_mask=None, memory_mask=None, src_key_padding_mask=None, tgt_key_padding_mask=None, "
        "memory_key_padding_mask=None, src_is_causal=None, tgt_is_causal=None, memory_is_causal=False",
        main="tgt",
        **FIELDS,
    ),
)
