"""Each primitive's derivative against difference quotients in float64, without TensorFlow.

The public calls below run once under two tapes while every primitive that is called is recorded
with its inputs, those of the backward pass included.  Each recorded call is then checked by itself:
⟨v, (f(x + εu) − f(x − εu)) / 2ε⟩ = ⟨vjp(v), u⟩ for random u and v.  A primitive that no call
reaches fails, so that a new one must come with a call.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
import pytest

from minikeras import layers, ops, random, tree
from minikeras.autograd import GradientTape, Tensor
from minikeras.autograd.primitive import Primitive, registry
from minikeras.ops.primitives.arithmetic import divided_by_constant, scaled_product
from minikeras.ops.primitives.warp import mirror
from parity_tests.drawing import values
from parity_tests.ops.test_elementwise import PAIRS, ROWS
from parity_tests.ops.test_nn import PLAIN, WITH_OPTIONS
from parity_tests.ops.test_second_order import STEPS

# Not checked by difference quotients, and why.
EXCLUDED = {
    "cast": "changes the precision, which a difference quotient in float64 would measure",
    "interpolate": "float32 throughout; kernels/test_resize.py has the gradients",
    "interpolate_gradient": "the same",
    "warp": "has the gradient of TensorFlow, which is not the derivative; see ops/test_image.py",
    "complete_qr": "has none: columns of its result are arbitrary",
    "eig": "has none",
    "rounded_as": "has the value of one argument and the gradient of the other",
}

# The derivative holds along symmetric directions only.
SYMMETRIC = {"cholesky", "eigh"}

# Inputs that have no gradient, and why.
FIXED = {"mean_window": {1: "numbers of cells, which follow from shapes"}}

# Where the derivative does not exist: such calls are left out.
SINGULAR = {
    "maximum": lambda a, b: np.any(a == b),
    "minimum": lambda a, b: np.any(a == b),
    "power": lambda base, exponent: np.any(np.less_equal(base, 0)),
}

TABLE = np.array([2, 0, 0, 1])
COLOURS = np.array([3.0, 9.0, 6.0])  # so that their order is clear
CALLS: dict[str, tuple[Any, ...]] = {
    # indexing
    "x[1:, ::-2]": (lambda x: x[1:, ::-2], (3, 5)),
    "x[[2, 0, 0]]": (lambda x: x[np.array([2, 0, 0])], (3, 4)),
    "take": (lambda x: ops.take(x, TABLE, axis=1), (2, 3, 2)),
    "take_along_axis": (lambda x: ops.take_along_axis(x, TABLE[None], axis=1), (2, 3)),
    "slice_update": (lambda x, y: ops.slice_update(x, (1, 0), y), (3, 4), (2, 2)),
    "scatter": (lambda x: ops.scatter([[1], [1], [0]], x, (4, 2)), (3, 2)),
    "scatter_update": (lambda x, y: ops.scatter_update(x, [[2], [0]], y), (4, 2), (2, 2)),
    "scatter_update, add": (
        lambda x, y: ops.scatter_update(x, [[2], [0], [2]], y, reduction="add"),
        (4, 2),
        (3, 2),
    ),
    **{
        f"scatter_update, {how}": (
            lambda x, y, how=how: ops.scatter_update(x, [[2], [0], [2]], y, reduction=how),
            (4, 2),
            (3, 2),
        )
        for how in ("max", "min", "mul")
    },
    "segment_prod": (lambda x: ops.segment_prod(x, TABLE, num_segments=4), (4, 3)),
    "segment_sum": (lambda x: ops.segment_sum(x, TABLE, num_segments=4), (4, 3)),
    "segment_max": (lambda x: ops.segment_max(x, TABLE, num_segments=3), (4, 3)),
    "where": (lambda x, y: ops.where(x > 0, x, y), (3, 4), (4,)),
    # images
    "resize": (lambda x: ops.image.resize(x, (3, 5), interpolation="nearest"), (2, 4, 2)),
    "colours": (lambda x: ops.image.rgb_to_hsv(abs(x) + COLOURS), (1, 2, 3)),
    "mirror": (lambda x: mirror(x, np.array([True, False]), axes=(-2,)), (2, 2, 3, 1)),
    # signals
    "fft": (lambda x, y: ops.fft((x, y)), (2, 5), (2, 5)),
    "fft2": (lambda x, y: ops.fft2((x, y)), (2, 3, 4), (2, 3, 4)),
    "rfft": (lambda x: ops.rfft(x), (2, 5)),
    "rfft, longer": (lambda x: ops.rfft(x, 8), (2, 5)),
    "rfft, shorter": (lambda x: ops.rfft(x, 3), (2, 5)),
    "irfft": (lambda x, y: ops.irfft((x, y)), (2, 4), (2, 4)),
    "irfft, longer": (lambda x, y: ops.irfft((x, y), 9), (2, 4), (2, 4)),
    "irfft, shorter": (lambda x, y: ops.irfft((x, y), 4), (2, 4), (2, 4)),
    "stft": (lambda x: ops.stft(x, 4, 3, 6), (2, 20)),
    "istft": (lambda x, y: ops.istft((x, y), 4, 3, 6), (2, 5, 4), (2, 5, 4)),
    # arrangement
    "concatenate": (lambda x, y: ops.concatenate([x, y], axis=1), (2, 3), (2, 1)),
    "stack": (lambda x, y: ops.stack([x, y], axis=1), (2, 3), (2, 3)),
    "split": (lambda x: ops.split(x, [1, 3], axis=0), (4, 2)),
    "tile": (lambda x: ops.tile(x, (2, 1, 3)), (2, 3)),
    "repeat": (lambda x: ops.repeat(x, [2, 0, 1], axis=0), (3, 2)),
    "roll": (lambda x: ops.roll(x, 2, axis=1), (2, 3)),
    "flip": (lambda x: ops.flip(x, axis=0), (2, 3)),
    "pad": (lambda x: ops.pad(x, ((1, 0), (2, 1)), constant_values=0.5), (2, 3)),
    "pad, reflect": (lambda x: ops.pad(x, ((1, 0), (2, 1)), mode="reflect"), (2, 3)),
    "diag": (lambda x: ops.diag(x, k=1), (3,)),
    "diagonal": (lambda x: ops.diagonal(x, offset=-1), (2, 3, 3)),
    "triu, tril": (lambda x: (ops.triu(x, k=1), ops.tril(x, k=-1)), (3, 4)),
    "expand_dims, squeeze": (lambda x: ops.squeeze(ops.expand_dims(x, 1), 1), (2, 3)),
    "broadcast_to": (lambda x: ops.broadcast_to(x, (4, 2, 3)), (2, 1)),
    "transpose": (lambda x: ops.transpose(x, (2, 0, 1)), (2, 3, 4)),
    "copy": (ops.copy, (2, 3)),
    "stop_gradient": (ops.stop_gradient, (2, 3)),
    # reductions and products
    "max, min": (lambda x: (ops.max(x, axis=1), ops.min(x)), (3, 4)),
    "sum, prod": (lambda x: (ops.sum(x, axis=(0, 2)), ops.prod(x, axis=1)), (2, 3, 4)),
    "cumprod": (lambda x: ops.cumprod(x, axis=1), (2, 4)),
    "matmul of stacks": (ops.matmul, (2, 1, 3, 4), (5, 4, 2)),
    "einsum": (lambda x, y: ops.einsum("bij,bkj->ikb", x, y), (2, 3, 4), (2, 5, 4)),
    # decompositions
    "cholesky": (lambda x: ops.cholesky(x @ ops.transpose(x) + 3 * np.eye(3)), (3, 3)),
    "det": (ops.det, (2, 3, 3)),
    "inv": (lambda x: ops.inv(x + 4 * np.eye(3)), (2, 3, 3)),
    "solve": (lambda x, y: ops.solve(x + 4 * np.eye(3), y), (2, 3, 3), (2, 3, 2)),
    "solve_triangular": (lambda x, y: ops.solve_triangular(x + 4 * np.eye(3), y), (3, 3), (3, 2)),
    "qr": (ops.qr, (4, 3)),
    "qr, wide": (ops.qr, (3, 4)),
    "eigh": (lambda x: ops.eigh(x + ops.transpose(x)), (3, 3)),
    "svd": (ops.svd, (3, 2)),
    "svd, reduced": (lambda x: ops.svd(x, full_matrices=False), (2, 4)),
    "singular values": (lambda x: ops.svd(x, compute_uv=False), (2, 3, 4)),
    "pinv": (ops.pinv, (2, 3)),
    "pinv, cut off": (lambda x: ops.pinv(x, rcond=0.4), (4, 3)),
    "lstsq": (ops.lstsq, (3, 2), (3, 2)),
    # windows
    "conv": (
        lambda x, w: ops.conv(x, w, strides=2, padding="same"),
        (2, 5, 4, 2),
        (3, 2, 2, 3),
    ),
    "conv, dilated": (lambda x, w: ops.conv(x, w, dilation_rate=2), (2, 7, 2), (3, 2, 3)),
    "conv, groups": (lambda x, w: ops.conv(x, w), (2, 5, 4), (2, 2, 6)),
    "conv_transpose": (
        lambda x, w: ops.conv_transpose(x, w, strides=2, padding="same"),
        (2, 3, 2),
        (3, 4, 2),
    ),
    "depthwise_conv": (
        lambda x, w: ops.depthwise_conv(x, w, padding="same"),
        (2, 4, 4, 2),
        (3, 3, 2, 2),
    ),
    "max_pool": (lambda x: ops.max_pool(x, 3, 2, padding="same"), (2, 5, 4, 2)),
    "average_pool": (lambda x: ops.average_pool(x, 2, 1, padding="same"), (2, 4, 4, 2)),
    # layers that call primitives of their own
    **{
        f"Conv2D, {activation}": (
            layers.Conv2D(2, 2, activation=activation, dtype="float64", bias_initializer="ones"),
            (2, 4, 4, 2),
        )
        for activation in (None, "relu")
    },
    "UpSampling2D": (layers.UpSampling2D((2, 3), dtype="float64"), (2, 2, 3, 1)),
    "Dense": (layers.Dense(3, dtype="float64"), (4, 2)),
    "BatchNormalization": (
        lambda x: layers.BatchNormalization(dtype="float64")(x, training=True),
        (5, 3),
    ),
    "divided_by_constant": (lambda x: divided_by_constant(x, constant=0.3), (3, 4)),
    "scaled_product": (lambda x, y: scaled_product(x, y, scale=0.3), (3, 4), (3, 4)),
    "moments": (lambda x: ops.moments(x, [0])[1], (5, 3)),
    "rms_normalization": (ops.rms_normalization, (3, 4)),
    "dropout": (lambda x: random.dropout(x, 0.5, seed=1), (3, 4)),
    "shuffle": (lambda x: random.shuffle(x, seed=1), (5, 2)),
    # losses
    "binary_crossentropy": (
        lambda x: ops.binary_crossentropy(np.full((3, 4), 0.25), x, from_logits=True),
        (3, 4),
    ),
    "categorical_crossentropy": (
        lambda x: ops.categorical_crossentropy(np.full((3, 4), 0.25), x, from_logits=True),
        (3, 4),
    ),
    "sparse_categorical_crossentropy": (
        lambda x: ops.sparse_categorical_crossentropy(np.array([0, 3, 1]), x, from_logits=True),
        (3, 4),
    ),
}


class Call(NamedTuple):
    """A primitive, what it was given, and by which of the calls above."""

    op: Primitive
    inputs: tuple[Any, ...]
    static: dict[str, Any]
    origin: str


def public_calls() -> dict[str, tuple[Any, ...]]:
    """The function and its inputs, by name: the calls above and those of the tables for ops."""
    calls = {
        name: (f, *(draw(i, s) for i, s in enumerate(shapes)))
        for name, (f, *shapes) in CALLS.items()
    }
    for name, domain in ROWS:
        calls[f"ops.{name}"] = getattr(ops, name), draw(0, (3, 4), domain)
    for name, domain in PAIRS:
        calls[f"ops.{name} "] = getattr(ops, name), draw(0, (3, 4), domain), draw(1, (4,), domain)
    for name, options in [*((name, {}) for name in PLAIN), *WITH_OPTIONS]:
        calls[f"ops.{name} {options}"] = (
            functools.partial(getattr(ops, name), **options),
            draw(0, (3, 4)),
        )
    for name, step in STEPS.items():
        calls[f"step {name}"] = functools.partial(step, ops), draw(0, (3, 4))
    return calls


def draw(seed: int, shape: tuple[int, ...], domain: tuple[float, float] = (-2.0, 2.0)) -> Any:
    return values(seed, shape, domain, dtype="float64")


def varies(x: Any) -> bool:
    return isinstance(x, Tensor | np.ndarray) and x.dtype == "float64"


@functools.cache
def recorded() -> dict[str, list[Call]]:
    """All calls of primitives with an input that may vary, by the primitive's name."""
    found: dict[str, list[Call]] = {}
    for origin, (f, *arrays) in public_calls().items():
        with spied(found, origin), np.errstate(all="ignore"), GradientTape() as outer:
            xs = [Tensor(x) for x in arrays]
            outer.watch(xs)
            with GradientTape() as inner:
                inner.watch(xs)
                ys = [y * y for y in tree.flatten(f(*xs)) if y.dtype == "float64"]
            gradients = [g for g in inner.gradient(ys, xs) if g is not None] if ys else []
        with spied(found, origin), np.errstate(all="ignore"):
            if gradients:
                outer.gradient(gradients, xs)
    return found


def spied(found: dict[str, list[Call]], origin: str) -> Any:
    """Adds every call of a primitive to ``found``; derivatives on arrays call by ``compute``."""

    def spy(original: Any) -> Any:
        def call(op: Primitive, *inputs: Any, **static: Any) -> Any:
            if any(map(varies, inputs)):
                plain = tuple(np.array(x) if isinstance(x, Tensor) else x for x in inputs)
                found.setdefault(op.__name__.strip("_"), []).append(Call(op, plain, static, origin))
            return original(op, *inputs, **static)

        return call

    spies = {name: spy(getattr(Primitive, name)) for name in ("__call__", "compute")}
    return mock.patch.multiple(Primitive, **spies)


def differentiable() -> list[str]:
    ours = (op for op in registry.values() if op.forward.__module__.startswith("minikeras."))
    return sorted(op.__name__.strip("_") for op in ours if not op.constant)


def test_exclusions_are_primitives() -> None:
    assert EXCLUDED.keys() | SYMMETRIC <= {*differentiable()}


@pytest.mark.parametrize("name", [n for n in differentiable() if n not in EXCLUDED])
def test_derivative(name: str) -> None:
    calls = recorded().get(name, [])
    calls = [c for c in calls if name not in SINGULAR or not SINGULAR[name](*c.inputs)]
    assert calls, f"no call reaches {name}: add one to CALLS, or give a reason in EXCLUDED"
    for i, call in enumerate(calls[:12]):
        check_derivative(name, call, np.random.default_rng(i))


def check_derivative(name: str, call: Call, rng: np.random.Generator, step: float = 1e-6) -> None:
    op, inputs, static, origin = call
    free = [i for i, x in enumerate(inputs) if varies(x) and i not in FIXED.get(name, {})]
    us = [rng.standard_normal(inputs[i].shape) for i in free]
    us = [u + np.swapaxes(u, -1, -2) for u in us] if name in SYMMETRIC else us

    def outputs(*xs: Any) -> list[Any]:
        return [y for y in tree.flatten(op(*xs, **static)) if y.dtype == "float64"]

    def moved(by: float) -> list[Any]:
        xs = list(inputs)
        for i, u in zip(free, us):
            xs[i] = inputs[i] + by * u
        return [*map(np.asarray, outputs(*xs))]

    xs = [Tensor(x) if i in free else x for i, x in enumerate(inputs)]
    with GradientTape() as tape:
        tape.watch([xs[i] for i in free])
        ys = outputs(*xs)
    vs = [rng.standard_normal(y.shape) for y in ys]
    dxs = tape.gradient(ys, [xs[i] for i in free], output_gradients=vs)
    left = 0.0
    for v, a, b in zip(vs, moved(step), moved(-step)):
        change = np.subtract(a, b, out=np.zeros_like(a), where=a != b)  # ∞ may stand in a margin
        left += np.sum(v * change) / (2 * step)
    right = sum(np.sum(np.asarray(dx) * u) for dx, u in zip(dxs, us) if dx is not None)
    assert abs(left - right) <= 1e-6 * max(1, abs(left), abs(right)), (
        f"{op} in {origin}: difference quotient {left}, vjp {right}"
    )


def test_a_wrong_derivative_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    call = recorded()["tanh"][0]
    monkeypatch.setattr(call.op, "vjp_rule", lambda dy, y, x: dy * (1 - y))
    with pytest.raises(AssertionError, match="difference quotient"):
        check_derivative("tanh", call, np.random.default_rng(0))
