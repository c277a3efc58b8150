"""The functions of ``keras.random``.

``seed`` is an integer (every call gives the same numbers), a ``SeedGenerator`` (every call goes
on), or None: then a generator of the whole process is used, which ``set_random_seed`` resets.
A ``shape`` with an unknown size gives a symbol, and nothing is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import dtypes, shapes
from minikeras.autograd import Symbol, Tensor, Variable, array_of, as_tensor, operation, primitive
from minikeras.random import distributions, rejection
from minikeras.random.seeds import draw_seed
from minikeras.types import Array, DType, Shape, TensorLike


def normal(
    shape: Any,
    mean: TensorLike = 0.0,
    stddev: TensorLike = 1.0,
    dtype: DType = None,
    seed: Any = None,
) -> Any:
    """Normal numbers: z · stddev + mean.  Raises ValueError for a dtype that is not floating."""
    return _located(distributions.normal, shape, mean, stddev, _floating("normal", dtype), seed)


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


def uniform(
    shape: Any,
    minval: TensorLike = 0.0,
    maxval: TensorLike = 1.0,
    dtype: DType = None,
    seed: Any = None,
) -> Any:
    """Numbers of [minval, maxval).  Raises ValueError for a dtype that is not floating."""
    dtype = _floating("uniform", dtype)
    return _draw(
        shape,
        dtype,
        seed,
        lambda pair, shape: distributions.uniform(pair, shape, *_plain(minval, maxval), dtype),
    )


def randint(
    shape: Any, minval: TensorLike, maxval: TensorLike, dtype: DType = "int32", seed: Any = None
) -> Any:
    """Whole numbers of [minval, maxval).

    Raises ValueError for a dtype that is not integer, and for an empty range.
    """
    if dtype and not dtypes.is_int(dtype):
        raise ValueError(f"randint requires an integer dtype, received dtype={dtype}")
    name = dtypes.standardize(dtype)
    low, high = (int(limit) for limit in (minval, maxval))
    return _draw(
        shape, name, seed, lambda pair, shape: distributions.randint(pair, shape, low, high, name)
    )


def gamma(shape: Any, alpha: TensorLike, dtype: DType = None, seed: Any = None) -> Any:
    """Gamma distributed numbers with shape parameter alpha and scale 1.

    Raises ValueError if ``shape`` does not end with the shape of ``alpha``.
    """
    dtype = _floating("gamma", dtype)
    (a,) = _plain(alpha)
    return _draw(shape, dtype, seed, lambda pair, shape: rejection.gamma(pair, shape, a, dtype))


def beta(
    shape: Any, alpha: TensorLike, beta: TensorLike, dtype: DType = None, seed: Any = None
) -> Any:
    """Beta distributed numbers; alpha and beta broadcast to ``shape``."""
    dtype = _floating("beta", dtype)
    a, b = _plain(alpha, beta)
    return _draw(shape, dtype, seed, lambda pair, shape: rejection.beta(pair, shape, a, b, dtype))


def binomial(
    shape: Any,
    counts: TensorLike,
    probabilities: TensorLike,
    dtype: DType = None,
    seed: Any = None,
) -> Any:
    """Numbers of successes in ``counts`` trials, each of which succeeds with the probability.

    Raises ValueError if ``shape`` does not end with the common shape of the two.
    """
    dtype = _floating("binomial", dtype)
    n, p = _plain(counts, probabilities)
    return _draw(
        shape, dtype, seed, lambda pair, shape: rejection.binomial(pair, shape, n, p, dtype)
    )


@operation
def categorical(
    logits: TensorLike, num_samples: int, dtype: DType = "int32", seed: Any = None
) -> Any:
    """``num_samples`` class numbers for each row of ``logits``, (rows, classes).

    Raises ValueError unless ``logits`` has rank 2.
    """
    logits = logits if isinstance(logits, Symbol) else array_of(logits)
    if len(logits.shape) != 2:
        raise ValueError(
            f"logits must have shape (rows, classes), received logits of shape {logits.shape}"
        )
    if isinstance(logits, Symbol):
        return Symbol((logits.shape[0], num_samples), dtype)
    drawn = distributions.categorical(draw_seed(seed), logits, num_samples)
    return Tensor(drawn.astype(dtypes.of(dtype)))


@operation
def shuffle(x: TensorLike, axis: int = 0, seed: Any = None) -> Any:
    """The slices of x along ``axis`` in random order."""
    if isinstance(x, Symbol):
        return Symbol(x.shape, x.dtype)
    x = x if isinstance(x, Tensor | Variable) else as_tensor(x)
    axis = shapes.normalize_axis(axis, x.ndim)
    return reorder(x, order=distributions.order(draw_seed(seed), x.shape[axis]), axis=axis)


@operation
def dropout(inputs: TensorLike, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """y = x / (1 − rate) with probability 1 − rate, else 0.

    noise_shape: the shape of the decisions, which broadcast to ``inputs``; None stands for the
        size of ``inputs``.

    Raises ValueError for a rate outside [0, 1] and for inputs that are not floating.
    """
    if isinstance(inputs, Symbol):
        return Symbol(inputs.shape, inputs.dtype)
    x = inputs if isinstance(inputs, Tensor | Variable) else as_tensor(inputs)
    if rate == 1:
        return Tensor(np.zeros(x.shape, x.dtype))
    if rate == 0:
        return inputs
    dtype = dtypes.standardize(x.dtype)
    if not 0 <= rate < 1:
        raise ValueError(f"rate must be in [0, 1), received rate={rate}")
    if dtype not in dtypes.FLOATS:
        raise ValueError(f"dropout needs floating inputs, received dtype {dtype}")
    sizes = zip(noise_shape or x.shape, x.shape, strict=True)
    decided = tuple(have if want is None else want for want, have in sizes)
    return masked(x, distributions.keep(draw_seed(seed), decided, rate, dtype), rate=rate)


@primitive(dtype=dtypes.separate)
def masked(x: Array, keep: Array, *, rate: float) -> Array:
    """y = x / (1 − rate) where ``keep``, else 0;  dx is the same map of dy."""
    return distributions.masked(x, keep, rate)


@masked.shape
def masked_shape(x: Shape, keep: Shape, *, rate: float) -> Shape:
    return x


@masked.vjp
def masked_vjp(dy: Any, y: Any, x: Any, keep: Any, *, rate: float) -> Any:
    return masked(dy, keep, rate=rate), None


@primitive(dtype=dtypes.separate)
def reorder(x: Array, *, order: Array, axis: int) -> Array:
    """y[i] = x[order[i]] along ``axis``;  dx[order[i]] = dy[i]."""
    return np.take(x, order, axis)


@reorder.shape
def reorder_shape(x: Shape, *, order: Array, axis: int) -> Shape:
    return x


@reorder.vjp
def reorder_vjp(dy: Any, y: Any, x: Any, *, order: Array, axis: int) -> Any:
    return reorder(dy, order=np.argsort(order), axis=axis)


def _floating(function: str, dtype: DType) -> str:
    name = dtypes.standardize(dtype)
    if name not in dtypes.FLOATS:
        raise ValueError(f"{function} requires a floating point dtype, received dtype={dtype}")
    return name


def _plain(*parameters: TensorLike) -> list[Any]:
    """Parameters of a distribution, without their gradients; Python numbers stay what they are."""
    return [array_of(p) if isinstance(p, Tensor | Variable) else p for p in parameters]


def _draw(
    shape: Any, dtype: str, seed: Any, function: Callable[[distributions.Seed, Any], Array]
) -> Any:
    sizes = shapes.standardize(shape)
    if None in sizes:
        return Symbol(sizes, dtype)
    return Tensor(function(draw_seed(seed), sizes))


def _located(
    function: Callable[..., Array], shape: Any, mean: Any, stddev: Any, dtype: str, seed: Any
) -> Any:
    """z · stddev + mean, with the gradients of mean and stddev if they are tensors."""
    if any(isinstance(p, Tensor | Variable | Symbol) for p in (mean, stddev)):
        z = _draw(shape, dtype, seed, lambda pair, sizes: function(pair, sizes, dtype=dtype))
        return z * stddev + mean
    return _draw(shape, dtype, seed, lambda pair, sizes: function(pair, sizes, mean, stddev, dtype))
