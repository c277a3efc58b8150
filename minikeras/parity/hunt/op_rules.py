"""Rules for functions of `keras.ops` whose arguments depend on each other, such as their shapes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras.parity.hunt import window_rules as windows
from minikeras.parity.hunt.numbers import OMITTED, Draw


def _bits(s: Draw) -> Any:
    return np.asarray(s.rng.integers(-9, 10, (3,)), "int32")


def _matrix(**options: Any) -> Callable[[Draw], dict[str, Any]]:
    return lambda s: {"x": s.square()} | {k: s.pick(v) for k, v in options.items()}


def _two_bits(s: Draw) -> dict[str, Any]:
    return {"x": _bits(s), "y": _bits(s)}


def _shifts(s: Draw) -> dict[str, Any]:
    return {"x": _bits(s), "y": np.asarray(s.rng.integers(0, 5, (3,)), "int32")}


def _ints(s: Draw) -> dict[str, Any]:
    return {"x1": _bits(s), "x2": _bits(s)}


def _matmul(s: Draw) -> dict[str, Any]:
    n, k, m = (s.pick((1, 2, 3, 5)) for _ in range(3))
    batch = s.shape(0, 1)
    a, b = s.array((*batch, n, k)), s.array((*batch, k, m) if s.chance(0.5) else (k, m))
    if s.chance(0.2):
        a = s.array((k,))
    return {"x1": a, "x2": b}


def _vectors(s: Draw) -> dict[str, Any]:
    k = s.pick((0, 1, 3)) if s.flavour == "empty" else s.pick((1, 3, 5))
    return {"x1": s.array((k,)), "x2": s.array((k,))}


def _same(s: Draw) -> dict[str, Any]:
    shape = s.shape(1, 3)
    return {"xs": [s.array(shape) for _ in range(s.integer(1, 3))]}


def _concatenate(s: Draw) -> dict[str, Any]:
    given = _same(s)
    return given | {"axis": s.axis(given["xs"][0].ndim)}


def _segments(s: Draw) -> dict[str, Any]:
    n = s.pick((1, 3, 5))
    ids = s.classes((n,), 3)
    ordered = s.chance(0.5)
    data = s.array((n, *s.shape(0, 1)))
    if ordered:
        return {"data": data, "segment_ids": np.sort(ids), "sorted": True}
    return {"data": data, "segment_ids": ids, "num_segments": s.pick((3, 5, OMITTED))}


def _scatter_update(s: Draw) -> dict[str, Any]:
    x = s.array((5, 2))
    n = s.pick((1, 3))
    given = {"inputs": x, "indices": s.classes((n, 1), 5), "updates": s.array((n, 2))}
    distinct = np.asarray(
        s.rng.permutation(5)[:n, None], "int32"
    )  # of several values, any may stay
    reduction = s.pick((None, "add", "max", "min", "mul"))
    return given | ({"reduction": reduction} if reduction else {"indices": distinct})


def _take(s: Draw) -> dict[str, Any]:
    x = s.array(s.shape(1, 3))
    axis = s.axis(x.ndim)
    n = x.shape[axis]
    indices = np.asarray(s.rng.integers(-n, max(n, 1), s.shape(0, 2)), "int32")
    return {"x": x, "indices": indices, "axis": axis}


def _take_along_axis(s: Draw) -> dict[str, Any]:
    x = s.array(s.shape(1, 3))
    axis = s.axis(x.ndim)
    n = x.shape[axis]
    indices = np.asarray(s.rng.integers(-n, max(n, 1), x.shape), "int32")
    return {"x": x, "indices": indices, "axis": axis}


def _pad(s: Draw) -> dict[str, Any]:
    x = s.array(s.shape(1, 3))
    mode = s.pick(("constant", "reflect", "symmetric"))
    most = 2 if mode == "constant" else max(0, min(x.shape) - 1)
    width = [[s.integer(0, min(most, 2)), s.integer(0, min(most, 2))] for _ in x.shape]
    value = 1.5 if mode == "constant" and s.chance(0.3) and x.dtype.kind == "f" else OMITTED
    return {"x": x, "pad_width": width, "mode": mode, "constant_values": value}


def _split(s: Draw, axis: int | None) -> dict[str, Any]:
    shape = list(s.shape(3, 3))
    where = s.axis(3) if axis is None else axis
    shape[where] = 6
    parts: Any = s.pick((1, 2, 3, [1, 4]))
    given = {"x": s.array(tuple(shape)), "indices_or_sections": parts}
    return given | ({"axis": where} if axis is None else {})


def _reshape(s: Draw) -> dict[str, Any]:
    x = s.array(s.shape(0, 3))
    new: Any = s.pick(((-1,), (x.size, 1), (1, *x.shape)))
    return {"x": x, "newshape": new if x.size else (*x.shape, 1)}


def _expand(s: Draw) -> dict[str, Any]:
    x = s.array(s.shape(0, 2))
    return {"x": x, "axis": s.pick((s.axis(x.ndim + 1), (0, -1)))}


def _squeeze(s: Draw) -> dict[str, Any]:
    return {"x": s.array((1, *s.shape(0, 2))), "axis": s.pick((0, None, OMITTED))}


def _transpose(s: Draw) -> dict[str, Any]:
    x = s.array(s.shape(1, 3))
    axes = tuple(int(a) for a in s.rng.permutation(x.ndim))
    return {"x": x, "axes": s.pick((axes, OMITTED))}


def _moveaxis(s: Draw) -> dict[str, Any]:
    x = s.array(s.shape(2, 3))
    return {"x": x, "source": s.axis(x.ndim), "destination": s.axis(x.ndim)}


def _two_axes(s: Draw) -> dict[str, Any]:
    x = s.array(s.shape(2, 3))
    a, b = (int(n) for n in s.rng.permutation(x.ndim)[:2])
    return {"x": x, "axis1": a, "axis2": b - x.ndim}


def _diagonal(s: Draw) -> dict[str, Any]:
    return _two_axes(s) | {"offset": s.integer(-2, 2)}


def _where(s: Draw) -> dict[str, Any]:
    shape = s.shape(0, 3)
    return {"condition": s.flags(shape), "x1": s.array(shape), "x2": s.array(shape)}


def _select(s: Draw) -> dict[str, Any]:
    shape = s.shape(1, 2)
    two = range(2)
    conditions, choices = [s.flags(shape) for _ in two], [s.array(shape) for _ in two]
    return {"condlist": conditions, "choicelist": choices, "default": 0}


def _quantile(s: Draw) -> dict[str, Any]:
    x = s.floats(s.shape(1, 3))
    q = np.asarray(s.pick((0.0, 0.3, 0.5, 1.0, [0.1, 0.9])), "float32")
    method = s.pick(("linear", "lower", "higher", "midpoint", "nearest"))
    return {"x": x, "q": q, "axis": s.axes(x.ndim), "method": method, "keepdims": s.chance(0.5)}


def _percentile(s: Draw) -> dict[str, Any]:
    given = _quantile(s)
    return given | {"q": given["q"] * 100}


def _average(s: Draw) -> dict[str, Any]:
    x = s.array(s.shape(1, 3))
    axis = s.axis(x.ndim)
    weights = s.positive((x.shape[axis],)) if s.chance(0.5) else OMITTED
    return {"x": x, "axis": axis, "weights": weights}


def _spaced(s: Draw, positive: bool = False) -> dict[str, Any]:
    low, high = (np.float32(s.integer(1, 9) / 2) for _ in range(2))
    given = {"start": np.asarray(low), "stop": np.asarray(high), "num": s.integer(0, 5)}
    return given | {"endpoint": s.chance(0.5)}


def _arange(s: Draw) -> dict[str, Any]:
    step = s.pick((1, 2, -1, 0.5))
    return {"start": s.integer(-3, 3), "stop": s.integer(-3, 6), "step": step}


def _norm(s: Draw) -> dict[str, Any]:
    x = s.floats(s.shape(2, 3))
    if s.chance(0.5):
        order: Any = s.pick((1, 2, 0, 3, math.inf, -math.inf))
        return {"x": x, "ord": order, "axis": s.axis(x.ndim), "keepdims": s.chance(0.5)}
    order = s.pick((1, -1, 2, -2, math.inf, -math.inf, "fro", "nuc"))
    return {"x": x, "ord": order, "axis": (-2, -1), "keepdims": s.chance(0.5)}


def _solve(s: Draw) -> dict[str, Any]:
    a = s.square(2, 2)
    return {"a": a, "b": s.floats((a.shape[-1], 2) if s.chance(0.5) else (a.shape[-1],))}


def _triangular(s: Draw) -> dict[str, Any]:
    given, lower = _solve(s), s.chance(0.5)
    triangle = np.tril(given["a"]) if lower else np.triu(given["a"])
    return {"a": triangle, "b": s.floats((len(triangle), 2)), "lower": lower}


def _tensordot(s: Draw) -> dict[str, Any]:
    axes: Any = s.pick((1, [[1], [0]], 0))
    return {"x1": s.array((2, 3)), "x2": s.array((3, 2)), "axes": axes}


def _one_hot(s: Draw) -> dict[str, Any]:
    x = np.asarray(s.rng.integers(-1, 5, s.shape(0, 2)), "int32")
    return {"x": x, "num_classes": 4, "axis": s.pick((-1, 0)), "dtype": s.pick((OMITTED, "int32"))}


def _multi_hot(s: Draw) -> dict[str, Any]:
    return {"inputs": s.classes((s.pick((1, 3)), 2), 4), "num_classes": 4}


def _histogram(s: Draw) -> dict[str, Any]:
    between = s.pick((OMITTED, (-1.0, 1.0), (0.0, 0.5)))
    return {"x": s.floats(s.shape(1, 2)), "bins": s.integer(1, 5), "range": between}


def _bincount(s: Draw) -> dict[str, Any]:
    n = s.pick((1, 4))
    weights = s.positive((n,)) if s.chance(0.5) else OMITTED
    return {"x": s.classes((n,), 4), "weights": weights, "minlength": s.pick((OMITTED, 0, 6))}


def _searchsorted(s: Draw) -> dict[str, Any]:
    ordered = np.sort(s.array((5,)))
    given = {"sorted_sequence": ordered, "values": s.array(s.shape(1, 1))}
    return given | {"side": s.pick(("left", "right"))}


def _slices(s: Draw) -> dict[str, Any]:
    start = s.integer(0, 2)
    return {"inputs": s.array((4, 3)), "start_indices": (start, 1)}


def _get_item(s: Draw) -> dict[str, Any]:
    key: Any = s.pick((0, -1, slice(1, None), slice(None, None, -1), (slice(None), 1), (None, 0)))
    return {"x": s.array((3, 2)), "key": key}


def _unique(s: Draw) -> dict[str, Any]:
    flags = {f"return_{name}": s.chance(0.5) for name in ("index", "inverse", "counts")}
    return {"x": s.array(s.shape(1, 2)), **flags}


def _einsum(s: Draw) -> dict[str, Any]:
    text = s.pick(
        ("ij,jk->ik", "ij,ij->", "ij,kj->ki", "...j,jk->...k", "ij->ji", "ii->i", "ij->j")
    )
    sizes = {"i": 3, "j": 3, "k": 2}
    terms = text.partition("->")[0].split(",")
    shapes = [tuple(sizes[c] for c in term.replace("...", "i")) for term in terms]
    return {"subscripts": text, "*operands": [s.array(shape) for shape in shapes]}


def _top(s: Draw) -> dict[str, Any]:
    x = s.array((2, 4))
    if x.dtype.kind == "i":  # of ties, any index may come first
        x = np.asarray([s.rng.permutation(9)[:4] for _ in range(2)], "int32")
    return {"x": x, "k": s.integer(1, 4)}


SPECIAL: dict[str, Callable[[Draw], dict[str, Any]]] = {
    **dict.fromkeys(("bitwise_and", "bitwise_or", "bitwise_xor"), _two_bits),
    **dict.fromkeys(("bitwise_invert", "bitwise_not"), lambda s: {"x": _bits(s)}),
    **dict.fromkeys(
        ("bitwise_left_shift", "bitwise_right_shift", "left_shift", "right_shift"), _shifts
    ),
    **dict.fromkeys(("gcd", "lcm"), _ints),
    "ldexp": lambda s: {"x1": s.floats((3,)), "x2": _bits(s)},
    **dict.fromkeys(("matmul", "dot"), _matmul),
    **dict.fromkeys(("vdot", "inner", "outer"), _vectors),
    "tensordot": _tensordot,
    "einsum": _einsum,
    "kron": lambda s: {"x1": s.array((2, 3)), "x2": s.array(s.shape(1, 2))},
    "cross": lambda s: {"x1": s.array((2, 3)), "x2": s.array((2, 3))},
    "concatenate": _concatenate,
    **dict.fromkeys(("hstack", "vstack", "dstack"), _same),
    "stack": lambda s: {"x": _same(s)["xs"], "axis": s.pick((0, -1, 1))},
    "append": lambda s: {"x1": s.array((2, 3)), "x2": s.array((1, 3)), "axis": s.pick((0, None))},
    "meshgrid": lambda s: {"*x": [s.array((3,)), s.array((2,))], "indexing": s.pick(("xy", "ij"))},
    **dict.fromkeys(("det", "inv", "slogdet", "pinv"), _matrix()),
    "logdet": lambda s: {"x": s.definite()},  # for these only, as its documentation says
    "svd": _matrix(full_matrices=(True, False), compute_uv=(True, False)),
    **dict.fromkeys(("eig", "eigh"), lambda s: {"x": s.definite()}),
    "qr": _matrix(mode=("reduced", "complete")),
    "cholesky": lambda s: {"x": s.definite(), "upper": s.chance(0.5)},
    "cholesky_inverse": lambda s: {"x": np.tril(s.definite()), "upper": False},
    "matrix_rank": lambda s: {"x": s.array((3, 2))},
    "lstsq": lambda s: {"a": s.floats((3, 2)), "b": s.floats((3,))},
    "solve": _solve,
    "solve_triangular": _triangular,
    "norm": _norm,
    "conv": windows.conv,
    "conv_transpose": lambda s: windows.conv(s, "transpose"),
    "depthwise_conv": lambda s: windows.conv(s, "depthwise"),
    "separable_conv": lambda s: windows.conv(s, "separable"),
    **dict.fromkeys(("max_pool", "average_pool"), windows.pool),
    "binary_crossentropy": lambda s: windows.crossentropy(s, "binary"),
    "categorical_crossentropy": lambda s: windows.crossentropy(s, "categorical"),
    "sparse_categorical_crossentropy": lambda s: windows.crossentropy(s, "sparse"),
    "batch_normalization": windows.batch_normalization,
    "layer_normalization": lambda s: windows.normalization(s, "gamma", "beta"),
    "rms_normalization": lambda s: windows.normalization(s, "scale"),
    "dot_product_attention": windows.attention,
    **dict.fromkeys([f"segment_{kind}" for kind in ("max", "min", "prod", "sum")], _segments),
    "scatter": lambda s: {
        "indices": s.classes((3, 1), 4),
        "values": s.array((3,)),
        "shape": (4,),
    },
    "scatter_update": _scatter_update,
    "take": _take,
    "take_along_axis": _take_along_axis,
    "pad": _pad,
    **dict.fromkeys(("split", "array_split"), lambda s: _split(s, None)),
    "hsplit": lambda s: _split(s, 1),
    "vsplit": lambda s: _split(s, 0),
    "dsplit": lambda s: _split(s, 2),
    "reshape": _reshape,
    "broadcast_to": lambda s: {"x": s.array((3, 1)), "shape": (2, 3, 4)},
    "expand_dims": _expand,
    "squeeze": _squeeze,
    "transpose": _transpose,
    "moveaxis": _moveaxis,
    "swapaxes": _two_axes,
    **dict.fromkeys(("diagonal", "trace"), _diagonal),
    "rot90": lambda s: {"array": s.array(s.shape(2, 3)), "k": s.integer(-1, 4)},
    **dict.fromkeys(("tile", "repeat"), lambda s: {"x": s.array((2, 3)), "repeats": 2}),
    "roll": lambda s: {"x": s.array((2, 3)), "shift": s.integer(-4, 4), "axis": s.pick((None, 1))},
    "where": _where,
    "select": _select,
    "clip": lambda s: {"x": s.array(s.shape(0, 2)), "x_min": -0.5, "x_max": 1.0},
    "quantile": _quantile,
    "percentile": _percentile,
    "average": _average,
    **dict.fromkeys(("linspace", "geomspace"), _spaced),
    "logspace": lambda s: _spaced(s),
    "arange": _arange,
    **dict.fromkeys(("eye", "tri"), lambda s: {"N": 3, "M": s.pick((2, 4)), "k": s.integer(-2, 2)}),
    "identity": lambda s: {"n": 3},
    "full": lambda s: {"shape": (2, 1), "fill_value": s.pick((1, 2.5))},
    **dict.fromkeys(("ones", "zeros"), lambda s: {"shape": s.shape(0, 2)}),
    **dict.fromkeys(
        ("cast", "saturate_cast"),
        lambda s: {"x": s.array((3,)), "dtype": s.pick(("int32", "float32", "bool", "uint8"))},
    ),
    "one_hot": _one_hot,
    "multi_hot": _multi_hot,
    "histogram": _histogram,
    "bincount": _bincount,
    "searchsorted": _searchsorted,
    "digitize": lambda s: {"x": s.floats((3,)), "bins": np.array([-1, 0, 1.5], "float32")},
    "slice": lambda s: _slices(s) | {"shape": (2, 2)},
    "slice_update": lambda s: _slices(s) | {"updates": s.array((2, 2))},
    "get_item": _get_item,
    "unique": _unique,
    "unravel_index": lambda s: {"indices": s.classes((3,), 6), "shape": (2, 3)},
    "in_top_k": lambda s: {
        "targets": s.classes((2,), 4),
        "predictions": s.floats((2, 4)),
        "k": s.integer(1, 4),
    },
    "top_k": _top,
    "vander": lambda s: {"x": s.array((3,)), "increasing": s.chance(0.5)},
    "trapezoid": lambda s: {"y": s.floats((2, 4)), "dx": s.pick((1.0, 0.5)), "axis": s.axis(2)},
    "moments": lambda s: {"x": s.floats((2, 3)), "axes": s.pick(([0], [0, 1], [-1]))},
    "psnr": lambda s: {"x1": s.floats((2, 3)), "x2": s.floats((2, 3)), "max_val": 2.0},
    "heaviside": lambda s: dict(zip(("x1", "x2"), s.pair())),
    **dict.fromkeys(
        ("diag", "diagflat"), lambda s: {"x": s.array(s.shape(1, 2)), "k": s.integer(-2, 2)}
    ),
    **dict.fromkeys(
        ("tril", "triu"), lambda s: {"x": s.array(s.shape(2, 3)), "k": s.integer(-2, 2)}
    ),
    "corrcoef": lambda s: {"x": s.floats((2, 5))},
    "unstack": lambda s: {"x": s.array((3, 2)), "axis": s.axis(2)},
    "ravel": lambda s: {"x": s.array(s.shape(0, 3))},
    **dict.fromkeys(("fliplr", "flipud"), lambda s: {"x": s.array(s.shape(2, 3))}),
    "glu": lambda s: {"x": s.floats((2, 4)), "axis": s.axis(2)},
    "isin": lambda s: dict(zip(("x1", "x2"), s.pair())) | {"invert": s.chance(0.5)},
}
