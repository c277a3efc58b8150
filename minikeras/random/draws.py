"""The functions of ``keras.random``.

``seed`` is an integer (every call returns the same numbers), a ``SeedGenerator`` (every call
continues its sequence), or None for the generator of the process, which ``set_random_seed`` resets.
If a size of ``shape`` is unknown, the result is a symbolic tensor.
"""

from __future__ import annotations

import numbers
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import dtypes, frames, shapes
from minikeras.autograd import Symbol, Tensor, Variable, array_of, as_tensor, operation, primitive
from minikeras.messages import describe
from minikeras.random import distributions, rejection
from minikeras.random.seeds import draw_pair, seed_of
from minikeras.shapes import unchanged
from minikeras.types import Array, DType, Shape, TensorLike


@frames.filter_traceback
def normal(
    shape: Any,
    mean: TensorLike = 0.0,
    stddev: TensorLike = 1.0,
    dtype: DType = None,
    seed: Any = None,
) -> Any:
    """Normal numbers: z · stddev + mean.  Raises TypeError for a dtype that is not floating."""
    return _located(distributions.normal, shape, mean, stddev, _floating("normal", dtype), seed)


@frames.filter_traceback
def truncated_normal(
    shape: Any,
    mean: TensorLike = 0.0,
    stddev: TensorLike = 1.0,
    dtype: DType = None,
    seed: Any = None,
) -> Any:
    """Normal numbers less than two standard deviations from the mean; otherwise as ``normal``."""
    dtype = _floating("truncated_normal", dtype)
    return _located(distributions.truncated_normal, shape, mean, stddev, dtype, seed)


@frames.filter_traceback
def uniform(
    shape: Any,
    minval: TensorLike = 0.0,
    maxval: TensorLike = 1.0,
    dtype: DType = None,
    seed: Any = None,
) -> Any:
    """Numbers of [minval, maxval).  Raises ValueError for a dtype that is not floating.

    Parity: all other distributions raise TypeError for it.
    """
    dtype = _floating("uniform", dtype, ValueError)
    low, high = _plain(minval, maxval)
    return _draw(shape, dtype, seed, distributions.uniform, low, high, dtype)


@frames.filter_traceback
def randint(
    shape: Any, minval: TensorLike, maxval: TensorLike, dtype: DType = "int32", seed: Any = None
) -> Any:
    """Whole numbers of [minval, maxval).

    Raises ValueError for a dtype that is not integer, and for an empty range; TypeError for limits
    that are not integers.
    """
    name = dtypes.standardize(dtype)
    if not dtypes.is_int(name):
        raise ValueError(f"randint requires an integer dtype, received dtype={dtype}")
    low, high = operator.index(minval), operator.index(maxval)
    return _draw(shape, name, seed, distributions.randint, low, high, name)


@frames.filter_traceback
def gamma(shape: Any, alpha: TensorLike, dtype: DType = None, seed: Any = None) -> Any:
    """Gamma distributed numbers with shape parameter alpha and scale 1.

    Raises ValueError if ``shape`` does not end with the shape of ``alpha``.
    """
    dtype = _floating("gamma", dtype)
    (a,) = _plain(alpha)
    return _draw(shape, dtype, seed, rejection.gamma, a, dtype)


@frames.filter_traceback
def beta(
    shape: Any, alpha: TensorLike, beta: TensorLike, dtype: DType = None, seed: Any = None
) -> Any:
    """Beta distributed numbers; alpha and beta broadcast to ``shape``."""
    dtype = _floating("beta", dtype)
    a, b = _plain(alpha, beta)
    return _draw(shape, dtype, seed, rejection.beta, a, b, dtype)


@frames.filter_traceback
def binomial(
    shape: Any,
    counts: TensorLike,
    probabilities: TensorLike,
    dtype: DType = None,
    seed: Any = None,
) -> Any:
    """Numbers of successes in ``counts`` trials, each of which succeeds with the probability.

    Raises ValueError if ``shape`` does not end with the common shape of the two.

    Parity: the dtype may also be an integer's.
    """
    dtype = dtypes.standardize(dtype)
    n, p = _plain(counts, probabilities)
    return _draw(shape, dtype, seed, rejection.binomial, n, p, dtype)


@operation
def categorical(
    logits: TensorLike, num_samples: int, dtype: DType = "int32", seed: Any = None
) -> Any:
    """``num_samples`` class numbers for each row of ``logits``, (rows, classes).

    Raises ValueError unless ``logits`` has rank 2 and at least one class, or for a negative number
    of samples.
    """
    logits = logits if isinstance(logits, Symbol) else array_of(logits)
    if len(logits.shape) != 2:
        raise ValueError(
            f"logits must have shape (rows, classes), received logits of shape {logits.shape}"
        )
    if isinstance(logits, Symbol):
        return Symbol((logits.shape[0], num_samples), dtype)
    if num_samples < 0 or not logits.shape[1]:
        raise ValueError(
            "categorical needs a class to choose and num_samples ≥ 0, received logits of shape "
            f"{logits.shape} and num_samples={num_samples}"
        )
    classes = distributions.categorical(_seed(seed), logits, num_samples)
    return Tensor(classes.astype(dtypes.of(dtype)))


@operation
def shuffle(x: TensorLike, axis: int = 0, seed: Any = None) -> Any:
    """The slices of x along ``axis`` in random order."""
    if isinstance(x, Symbol):
        return Symbol(x.shape, x.dtype)
    x = x if isinstance(x, Tensor | Variable) else as_tensor(x)
    axis = shapes.normalize_axis(axis, x.ndim)
    return reorder(x, order=distributions.order(_seed(seed), x.shape[axis]), axis=axis)


@operation
def dropout(inputs: TensorLike, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """y = x / (1 − rate) with probability 1 − rate, else 0.

    noise_shape: the shape of the dropout mask, which broadcasts to ``inputs``; None for axis i is
        its size in ``inputs``.

    Raises ValueError for a rate outside [0, 1], for inputs that are not floating, and for a
    noise_shape that does not broadcast to them.
    """
    if isinstance(inputs, Symbol):
        return Symbol(inputs.shape, inputs.dtype)
    x = inputs if isinstance(inputs, Tensor | Variable) else as_tensor(inputs)
    if rate == 1:
        return Tensor(np.zeros(x.shape, x.dtype))
    if rate == 0:
        return inputs
    dtype = dtypes.standardize(x.dtype)
    if not isinstance(rate, numbers.Real) or not 0 <= rate < 1:
        raise ValueError(f"rate must be in [0, 1), received rate={describe(rate)}")
    if not dtypes.is_float(dtype):
        raise ValueError(f"dropout needs floating inputs, received dtype {dtype}")
    shape = _mask_shape(x.shape, noise_shape)
    options = rate, dtype
    function = distributions.dropout_mask
    mask = drawn(draw_pair(seed), function=function, shape=shape, options=options)
    return masked(x, mask, rate=rate)


def _mask_shape(shape: tuple[int, ...], noise_shape: Any) -> tuple[int, ...]:
    if noise_shape is None:
        return shape
    sizes = (*shape, *noise_shape)  # a None beyond the last axis stays None
    wanted = tuple(sizes[i] if n is None else n for i, n in enumerate(noise_shape))
    last = shape[len(shape) - len(wanted) :]
    if len(wanted) > len(shape) or any(n not in (1, size) for n, size in zip(wanted, last)):
        raise ValueError(f"noise_shape={noise_shape} does not broadcast to the inputs' {shape}")
    return wanted


@primitive(dtype=dtypes.separate, shape=unchanged)
def masked(x: Array, mask: Array, *, rate: float) -> Array:
    """y = x / (1 − rate) where ``mask``, else 0;  dx is the same map of dy."""
    return distributions.masked(x, mask, rate)


@masked.vjp
def masked_vjp(dy: Any, y: Any, x: Any, mask: Any, *, rate: float) -> Any:
    return masked.compute(dy, mask, rate=rate), None


masked.fast(
    "minikeras.kernels.random",
    when=lambda x, mask, rate: (
        x.shape == mask.shape
        and x.dtype.char in "fd"
        and x.flags.c_contiguous
        and mask.flags.c_contiguous
    ),
)


@primitive(dtype=dtypes.separate, shape=unchanged)
def reorder(x: Array, *, order: Array, axis: int) -> Array:
    """y[i] = x[order[i]] along ``axis``;  dx[order[i]] = dy[i]."""
    return np.take(x, order, axis)


@reorder.vjp
def reorder_vjp(dy: Any, y: Any, x: Any, *, order: Array, axis: int) -> Any:
    return reorder.compute(dy, order=np.argsort(order), axis=axis)


def _floating(function: str, dtype: DType, error: type[Exception] = TypeError) -> str:
    name = dtypes.standardize(dtype)
    if not dtypes.is_float(name):
        raise error(f"{function} requires a floating point dtype, received dtype={dtype}")
    return name


def _seed(seed: Any) -> distributions.Seed:
    return seed_of(draw_pair(seed))


def _plain(*parameters: TensorLike) -> list[Any]:
    """Parameters of a distribution as arrays, without gradients, or as Python numbers."""
    return [p.numpy() if isinstance(p, Tensor | Variable) else p for p in parameters]


def _draw(shape: Any, dtype: str, seed: Any, function: Callable[..., Array], *options: Any) -> Any:
    sizes = shapes.standardize(shape)
    if None in sizes:
        return Symbol(sizes, dtype)
    return drawn(draw_pair(seed), function=function, shape=sizes, options=options)


@primitive(dtype=dtypes.separate, constant=True)
def drawn(
    pair: Array, *, function: Callable[..., Array], shape: Shape, options: tuple[Any, ...]
) -> Array:
    """An array of ``shape`` from a distribution, as a pure function of the pair."""
    return function(seed_of(pair), shape, *options)


@drawn.shape
def drawn_shape(pair: Shape, *, shape: Shape, **static: Any) -> Shape:
    return shape


def _located(
    function: Callable[..., Array], shape: Any, mean: Any, stddev: Any, dtype: str, seed: Any
) -> Any:
    """z · stddev + mean, with the gradients of mean and stddev if they are tensors."""
    if any(isinstance(p, Tensor | Variable | Symbol) for p in (mean, stddev)):
        return _draw(shape, dtype, seed, function, 0, 1, dtype) * stddev + mean
    return _draw(shape, dtype, seed, function, mean, stddev, dtype)
