"""Rules for the functions of neural networks: convolutions, poolings, normalizations, attention."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.parity.hunt.numbers import OMITTED, Draw


def _windows(s: Draw, transposed: bool = False) -> tuple[int, dict[str, Any], tuple[int, ...]]:
    rank = s.integer(1, 3)
    sizes = tuple(s.integer(1, 3) for _ in range(rank))
    given: dict[str, Any] = {"padding": s.pick(("valid", "same"))}
    strides = s.integer(1, 3) if s.chance(0.7) else tuple(s.integer(1, 3) for _ in range(rank))
    if s.chance(0.6):
        given["strides"] = strides
    elif not transposed and s.chance(0.5):
        given["dilation_rate"] = s.integer(1, 2)
    return rank, given, sizes


def conv(s: Draw, kind: str = "") -> dict[str, Any]:
    """Arguments of a convolution; kind: "", "transpose", "depthwise" or "separable"."""
    rank, given, sizes = _windows(s, kind == "transpose")
    if kind in ("depthwise", "separable"):
        rank, sizes = min(rank, 2), sizes[:2]
        if isinstance(given.get("strides"), tuple):
            given["strides"] = given["strides"][:rank]
    channels, filters = s.pick((1, 2, 4)), s.pick((1, 2, 3))
    space = tuple(s.integer(4, 7) for _ in range(rank))
    given["inputs"] = s.floats((s.pick((1, 2)), *space, channels))
    match kind:
        case "transpose":
            given["kernel"] = s.floats((*sizes, filters, channels))
        case "depthwise":
            given["kernel"] = s.floats((*sizes, channels, filters))
        case "separable":
            given["depthwise_kernel"] = s.floats((*sizes, channels, 2))
            given["pointwise_kernel"] = s.floats((*(1,) * rank, 2 * channels, filters))
        case _:
            groups = s.pick([g for g in (1, 2, 4) if channels % g == 0])
            given["kernel"] = s.floats((*sizes, channels // groups, filters * groups))
    return given


def pool(s: Draw) -> dict[str, Any]:
    """Arguments of a pooling."""
    rank, given, sizes = _windows(s, True)
    space = tuple(s.integer(3, 6) for _ in range(rank))
    given["inputs"] = s.floats((s.pick((1, 2)), *space, s.pick((1, 2))))
    return given | {"pool_size": s.pick((sizes, sizes[0]))}


def crossentropy(s: Draw, kind: str) -> dict[str, Any]:
    """Arguments of a "binary", "categorical" or "sparse" crossentropy."""
    shape = (s.pick((1, 3)), s.pick((1, 2, 4)))
    logits = s.chance(0.5)
    output = s.floats(shape) if logits else s.probabilities(shape)
    if s.flavour == "half":
        output = output.astype("float16")
    target: Any = s.probabilities(shape).astype(output.dtype)
    if kind == "binary":
        output = output if logits else np.asarray(s.rng.integers(0, 5, shape) / 4, output.dtype)
        target = np.asarray(s.rng.integers(0, 2, shape), output.dtype)
    if kind == "sparse":
        target = s.classes(shape[:1], shape[1])
    return {"target": target, "output": output, "from_logits": logits}


def batch_normalization(s: Draw) -> dict[str, Any]:
    """Arguments of a batch normalization."""
    x = s.floats(s.shape(2, 3))
    axis = s.axis(x.ndim)
    n = (x.shape[axis],)
    given = {"x": x, "mean": s.positive(n), "variance": s.positive(n), "axis": axis}
    return given | {"offset": s.positive(n), "scale": s.positive(n)}


def normalization(s: Draw, *names: str) -> dict[str, Any]:
    """Arguments of a normalization over the last axis, with some of the named vectors."""
    x = s.floats(s.shape(1, 3))
    given = {"x": x, "axis": -1}
    return given | {name: s.positive(x.shape[-1:]) for name in names if s.chance(0.5)}


def attention(s: Draw) -> dict[str, Any]:
    """Arguments of an attention."""
    b, t, u, h, d = (s.pick((1, 2, 3)) for _ in range(5))
    shapes = {"query": (b, t, h, d), "key": (b, u, h, d), "value": (b, u, h, d)}
    given: dict[str, Any] = {name: s.floats(shape) for name, shape in shapes.items()}
    if s.chance(0.4):
        given["mask"] = s.flags((b, 1, t, u))
    if s.chance(0.3):
        given["bias"] = s.floats((b, h, t, u))
    return given | {"is_causal": True if s.chance(0.3) else OMITTED}
