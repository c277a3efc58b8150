"""Scaled dot-product attention."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import dtypes
from minikeras.ops.activations import softmax
from minikeras.ops.core import as_kind, cast, tensor
from minikeras.ops.declarations import operation
from minikeras.ops.indexing import where
from minikeras.ops.joining import repeat
from minikeras.ops.primitives.comparison import logical_and
from minikeras.ops.products import einsum
from minikeras.types import TensorLike

_LOWEST = -0.7 * 3.38953e38  # far below every logit, and still far from −∞


@operation("ops.nn")
def dot_product_attention(
    query: TensorLike,
    key: TensorLike,
    value: TensorLike,
    bias: TensorLike = None,
    mask: TensorLike = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> TensorLike:
    """softmax(scale · query keyᵀ + bias) value, for each head

    query: (batch, targets, heads, size)      key, value: (batch, sources, heads, size)
    bias, mask: broadcast to (batch, heads, targets, sources)

    Fewer key heads than query heads serve groups of them.  scale is 1/√size.  Where the mask is
    False, or a source lies after its target (`is_causal`), the logits are replaced by a large
    negative number.  Computed in at least float32.

    Raises ValueError unless all three have four axes, and for the switches of other backends.
    """
    if attn_logits_soft_cap is not None or flash_attention:
        raise ValueError("flash attention and soft caps do not exist on the NumPy backend")
    query, key, value = as_kind(dtypes.promote, query, key, value)
    for name, x in (("query", query), ("key", key), ("value", value)):
        if len(x.shape) != 4:
            raise ValueError(f"`{name}` must have 4 axes, received shape {tuple(x.shape)}")
    dtype = value.dtype
    wide = dtypes.result_type(dtype, "float32")
    if 1 < key.shape[2] < query.shape[2]:
        groups = query.shape[2] // key.shape[2]
        key, value = repeat(key, groups, axis=2), repeat(value, groups, axis=2)
    scale = np.float32(1) / np.sqrt(np.float32(key.shape[-1])) if scale is None else scale
    logits = cast(einsum("BTNH,BSNH->BNTS", query, key), wide)
    logits = logits * np.asarray(scale, wide)
    if bias is not None:
        logits = logits + cast(bias, wide)
    allowed = _allowed(logits, mask, is_causal)
    if allowed is not None:
        logits = where(allowed, logits, np.asarray(_LOWEST, wide))
    weights = cast(softmax(logits, axis=-1), dtype)
    return einsum("BNTS,BSNH->BTNH", weights, value)


def _allowed(logits: TensorLike, mask: TensorLike, is_causal: bool) -> Any:
    allowed = None if mask is None else cast(tensor(mask), "bool")
    if is_causal:
        targets, sources = logits.shape[-2:]
        causal = np.tri(targets, sources, dtype=bool)[None, None]
        allowed = causal if allowed is None else logical_and(allowed, causal)
    return allowed
