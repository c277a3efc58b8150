"""``tf.*`` that make, join, index and reshape tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import frames, ops
from minikeras.autograd import Symbol, Tensor, Variable
from minikeras.messages import describe
from minikeras.tensorflow.convert import array, dtype_of, refuse, sizes, tensor
from minikeras.types import DType


def _is_text(x: Any) -> bool:
    return getattr(getattr(x, "dtype", None), "kind", "") == "O"


def _text(values: Any) -> Tensor:
    """A tensor of an array of ``bytes``."""
    made = np.empty(np.shape(values), object)
    made[...] = values
    return Tensor(made)


# Making


@frames.filter_traceback
def constant(value: Any, dtype: DType = None, shape: Any = None, name: str = "Const") -> Any:
    """A tensor of numbers or text.

    value: numbers, text, an array, or nested lists of them.
    dtype: None for that of the value.
    shape: to which it is reshaped, or which one number fills.
    """
    x = convert_to_tensor(value, dtype)
    if shape is None:
        return x
    wanted = sizes(shape)
    return ops.broadcast_to(x, wanted) if x.size == 1 else ops.reshape(x, wanted)


@frames.filter_traceback
def convert_to_tensor(
    value: Any, dtype: DType = None, dtype_hint: Any = None, name: str | None = None
) -> Any:
    """A tensor of numbers or text; Python numbers become float32 or int32.

    dtype: None for that of the value.
    """
    return tensor(value, None if dtype is None else dtype_of(dtype))


@frames.filter_traceback
def cast(x: Any, dtype: DType, name: str | None = None) -> Any:
    """x in another dtype; numbers are cut off to integers."""
    return ops.cast(tensor(x), dtype_of(dtype))


def zeros(shape: Any, dtype: DType = "float32", name: str | None = None, layout: Any = None) -> Any:
    """Zeros of a shape."""
    return ops.zeros(sizes(shape), dtype_of(dtype))


def ones(shape: Any, dtype: DType = "float32", name: str | None = None, layout: Any = None) -> Any:
    """Ones of a shape."""
    return ops.ones(sizes(shape), dtype_of(dtype))


def zeros_like(input: Any, dtype: DType = None, name: str | None = None, layout: Any = None) -> Any:
    """Zeros of the shape of a tensor."""
    return ops.zeros_like(tensor(input), dtype)


def ones_like(input: Any, dtype: DType = None, name: str | None = None, layout: Any = None) -> Any:
    """Ones of the shape of a tensor."""
    return ops.ones_like(tensor(input), dtype)


def fill(dims: Any, value: Any, name: str | None = None, layout: Any = None) -> Any:
    """A tensor of a shape that holds one value everywhere."""
    x = tensor(value)
    return ops.broadcast_to(x, sizes(dims))


def eye(
    num_rows: int,
    num_columns: int | None = None,
    batch_shape: Any = None,
    dtype: DType = "float32",
    name: str | None = None,
) -> Any:
    """Ones on the diagonal of a matrix, or of a batch of matrices."""
    matrix = ops.eye(int(num_rows), num_columns, dtype=dtype_of(dtype))
    return matrix if batch_shape is None else broadcast_to(matrix, (*batch_shape, *matrix.shape))


@frames.filter_traceback
def range(
    start: Any, limit: Any = None, delta: Any = 1, dtype: DType = None, name: str = "range"
) -> Any:
    """Numbers from start up to limit without it; from 0 if there is only one number.

    dtype: int32, or float32 if one of them is a float.
    """
    first, last = (0, start) if limit is None else (start, limit)
    given = [array(x) for x in (first, last, delta)]
    kind = np.result_type(*given) if dtype is None else np.dtype(dtype_of(dtype))
    if dtype is None and kind == "float64" and not any(_is_wide(x) for x in (first, last, delta)):
        kind = np.dtype("float32")
    a, b, step = (x.astype(kind).item() for x in given)
    return tensor(np.arange(a, b, step, dtype=kind))


def _is_wide(x: Any) -> bool:
    return str(getattr(x, "dtype", "")) == "float64"


def linspace(start: Any, stop: Any, num: int, name: str | None = None, axis: int = 0) -> Any:
    """``num`` numbers from start to stop, both included; float64 between whole numbers."""
    first, last = tensor(start), tensor(stop)
    if all(np.dtype(x.dtype).kind in "iu" for x in (first, last)):
        first, last = (ops.cast(x, "float64") for x in (first, last))
    return ops.linspace(first, last, int(num), axis=axis)


@frames.filter_traceback
def one_hot(
    indices: Any,
    depth: int,
    on_value: Any = None,
    off_value: Any = None,
    axis: int | None = None,
    dtype: DType = None,
    name: str | None = None,
) -> Any:
    """``on_value`` (1) at each index of a new axis of ``depth`` elements, else ``off_value``."""
    given = next((x for x in (on_value, off_value) if x is not None), None)
    kind = dtype_of(tensor(given).dtype if given is not None and dtype is None else dtype)
    hot = ops.one_hot(tensor(indices), int(depth), -1 if axis is None else axis, dtype="bool")
    on, off = (default if v is None else v for v, default in ((on_value, 1), (off_value, 0)))
    return ops.where(hot, tensor(on, kind), tensor(off, kind))


def identity(input: Any, name: str | None = None) -> Any:
    """A copy."""
    x = tensor(input)
    return _text(array(x)) if _is_text(x) else ops.copy(x)


# Joining and parting


@frames.filter_traceback
def stack(values: Any, axis: int = 0, name: str = "stack") -> Any:
    """Tensors along a new axis."""
    xs = _list(values)
    if _is_text(xs[0]):
        return _text(np.stack([array(x) for x in xs], axis))
    return ops.stack(xs, axis)


def unstack(value: Any, num: int | None = None, axis: int = 0, name: str = "unstack") -> Any:
    """The slices of an axis, as a list."""
    return list(ops.unstack(tensor(value), num, axis))


@frames.filter_traceback
def concat(values: Any, axis: Any, name: str = "concat") -> Any:
    """Tensors one behind the other along an axis."""
    xs = _list(values)
    if _is_text(xs[0]):
        return _text(np.concatenate([array(x) for x in xs], int(axis)))
    return ops.concatenate(xs, int(axis))


def _list(values: Any) -> list[Any]:
    if isinstance(values, Tensor | Variable | np.ndarray):
        return list(ops.unstack(tensor(values)))
    return [tensor(x) for x in values]


@frames.filter_traceback
def split(
    value: Any, num_or_size_splits: Any, axis: int = 0, num: Any = None, name: str = "split"
) -> Any:
    """Parts of an axis: so many of equal size, or of given sizes, of which one may be −1."""
    x = tensor(value)
    if np.ndim(num_or_size_splits) == 0:
        return list(ops.split(x, int(num_or_size_splits), int(axis)))
    given = [int(n) for n in num_or_size_splits]
    rest = x.shape[int(axis)] - sum(n for n in given if n >= 0)
    parts = np.cumsum([rest if n < 0 else n for n in given])
    return list(ops.split(x, parts[:-1].tolist(), int(axis)))


@frames.filter_traceback
def repeat(input: Any, repeats: Any, axis: int | None = None, name: str | None = None) -> Any:
    """Each element, or each slice of an axis, so many times."""
    return ops.repeat(tensor(input), array(repeats).tolist(), axis)


@frames.filter_traceback
def tile(input: Any, multiples: Any, name: str | None = None) -> Any:
    """The whole tensor, so many times along each axis."""
    return ops.tile(tensor(input), sizes(multiples))


def meshgrid(*args: Any, **kwargs: Any) -> Any:
    """The coordinates of a grid.

    indexing: "xy" or "ij".
    """
    return list(ops.meshgrid(*map(tensor, args), indexing=kwargs.get("indexing", "xy")))


# Shapes


@frames.filter_traceback
def expand_dims(input: Any, axis: int, name: str | None = None) -> Any:
    """A new axis of size 1."""
    return ops.expand_dims(tensor(input), int(axis))


@frames.filter_traceback
def squeeze(input: Any, axis: Any = None, name: str | None = None) -> Any:
    """Without axes of size 1: all of them, or those that are given."""
    return ops.squeeze(tensor(input), tuple(axis) if isinstance(axis, list) else axis)


@frames.filter_traceback
def reshape(tensor: Any, shape: Any, name: str | None = None) -> Any:
    """The elements in another shape, of which one size may be −1."""
    return ops.reshape(_tensor(tensor), sizes(shape))


_tensor = tensor  # where an argument has the name that TensorFlow gives it


@frames.filter_traceback
def transpose(a: Any, perm: Any = None, conjugate: bool = False, name: str = "transpose") -> Any:
    """The axes in another order, reversed if none is given."""
    refuse("tf.transpose", conjugate=(conjugate, False))
    return ops.transpose(tensor(a), None if perm is None else sizes(perm))


@frames.filter_traceback
def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Any:
    """The tensor repeated to a shape."""
    return ops.broadcast_to(tensor(input), sizes(shape))


def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Any:
    """x itself; ValueError unless it has the shape, of which None is any size."""
    x = tensor(x)
    if shape is None:
        return x
    known = len(x.shape) == len(shape)
    if not known or any(n not in (None, size) for n, size in zip(shape, x.shape)):
        raise ValueError(f"x={describe(x)}; expected the shape {describe(tuple(shape))}")
    return x


def _shape_of(x: Any) -> tuple[int, ...]:
    return tuple(tensor(x).shape)


def shape(input: Any, out_type: DType = None, name: str | None = None) -> Any:
    """The sizes of the axes, as a tensor of int32."""
    return tensor(np.array(_shape_of(input), dtype_of(out_type or "int32")))


def size(input: Any, out_type: DType = None, name: str | None = None) -> Any:
    """The number of elements, an int32."""
    return tensor(np.prod(_shape_of(input), dtype=dtype_of(out_type or "int32")))


def rank(input: Any, name: str | None = None) -> Any:
    """The number of axes, an int32."""
    return tensor(np.int32(len(_shape_of(input))))


@frames.filter_traceback
def reverse(tensor: Any, axis: Any, name: str | None = None) -> Any:
    """The elements of axes in reverse order."""
    x = _tensor(tensor)
    for one in sizes(axis):
        x = ops.flip(x, one)
    return x


@frames.filter_traceback
def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Any:
    """The elements shifted along axes; those at the end come to the beginning."""
    x = tensor(input)
    for by, one in zip(sizes(shift), sizes(axis), strict=True):
        x = ops.roll(x, by, one)
    return x


@frames.filter_traceback
def pad(
    tensor: Any,
    paddings: Any,
    mode: str = "CONSTANT",
    constant_values: Any = 0,
    name: str | None = None,
) -> Any:
    """Elements before and after those of each axis.

    paddings: (rank, 2) numbers.
    mode: "CONSTANT", "REFLECT" or "SYMMETRIC".
    """
    x, widths = _tensor(tensor), array(paddings).tolist()
    if mode.upper() == "CONSTANT":
        return ops.pad(x, widths, "constant", constant_values)
    return ops.pad(x, widths, mode.lower())


@frames.filter_traceback
def sequence_mask(
    lengths: Any, maxlen: Any = None, dtype: DType = "bool", name: str | None = None
) -> Any:
    """For each length n, n times true and then false."""
    counts = array(lengths)
    most = int(counts.max(initial=0) if maxlen is None else maxlen)
    return tensor((np.arange(most) < counts[..., None]).astype(dtype_of(dtype)))


def stop_gradient(input: Any, name: str | None = None) -> Any:
    """The same values, through which no gradient flows."""
    return ops.stop_gradient(tensor(input))


def is_tensor(x: Any) -> bool:
    """Whether x is a tensor or a variable."""
    return isinstance(x, Tensor | Variable | Symbol)


__all__ = [
    *("constant", "convert_to_tensor", "cast", "zeros", "ones", "zeros_like", "ones_like", "fill"),
    *("eye", "range", "linspace", "one_hot", "identity", "stack", "unstack", "concat", "split"),
    *("repeat", "tile", "meshgrid", "expand_dims", "squeeze", "reshape", "transpose"),
    *("broadcast_to", "ensure_shape", "shape", "size", "rank", "reverse", "roll", "pad"),
    *(),
    *("sequence_mask", "stop_gradient", "is_tensor"),
]
