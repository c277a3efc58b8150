"""Random networks for property tests.

The shape that reaches a layer decides which layers may come next.  An architecture is plain data:
Hypothesis can shrink and print it, and both libraries build the same one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np

Shape = tuple[int, ...]
Spec = tuple[str, dict[str, Any]]  # a layer's class and its arguments

UNIFORM = ("glorot_uniform", "he_uniform", "lecun_uniform", "random_uniform")
NORMAL = ("glorot_normal", "he_normal", "lecun_normal", "random_normal", "truncated_normal")
ACTIVATIONS = ("relu", "tanh", "sigmoid", "elu", "silu", "softplus", "linear")
TOKENS = 7  # vocabulary size of networks that begin with an embedding


@dataclass(frozen=True)
class Architecture:
    """A chain of blocks.  A block is a layer, or branches that are merged again."""

    input_shape: Shape
    tokens: bool
    blocks: tuple[Any, ...]

    @property
    def is_chain(self) -> bool:
        return not any(isinstance(block, Branches) for block in self.blocks)

    def build(self, library: Any, sequential: bool = False) -> Any:
        """The model, as a Sequential one if that is asked for and possible."""
        dtype = "int32" if self.tokens else None
        inputs = library.Input(self.input_shape, dtype=dtype)
        if sequential and self.is_chain:
            layers = [_layer(library, spec) for spec in self.blocks]
            return library.Sequential([inputs, *layers])
        x = inputs
        for block in self.blocks:
            x = block(library, x) if isinstance(block, Branches) else _layer(library, block)(x)
        return library.Model(inputs, x)

    def batch(self, n: int, seed: int = 0) -> Any:
        rng = np.random.default_rng(seed)
        if self.tokens:
            return rng.integers(0, TOKENS, (n, *self.input_shape)).astype("int32")
        return rng.uniform(-2, 2, (n, *self.input_shape)).astype("float32")


@dataclass(frozen=True)
class Branches:
    """Layers that preserve the shape and a skip connection around them, merged at the end."""

    layers: tuple[Spec, ...]
    merge: str

    def __call__(self, library: Any, x: Any) -> Any:
        y = x
        for spec in self.layers:
            y = _layer(library, spec)(y)
        if self.merge == "+":
            return x + y
        return getattr(library.layers, self.merge)()([x, y])


def _layer(library: Any, spec: Spec) -> Any:
    name, arguments = spec
    return getattr(library.layers, name)(**arguments)


@st.composite
def architectures(draw: Any, blocks: int = 5, head: int | None = None) -> Architecture:
    """Up to ``blocks`` blocks.  With ``head``, the last layer is Dense with that many units."""
    tokens = draw(st.integers(0, 3)) == 0
    rank = 1 if tokens else draw(st.integers(1, 3))
    sizes = {1: st.integers(1, 6), 2: st.integers(4, 6), 3: st.integers(4, 6)}[rank]
    input_shape = tuple(draw(sizes) for _ in range(max(1, rank - 1)))
    if rank > 1:
        input_shape += (draw(st.integers(1, 3)),)
    parts: list[Any] = []
    shape = input_shape
    if tokens:
        units = draw(st.integers(1, 4))
        arguments = {"input_dim": TOKENS, "output_dim": units, "mask_zero": draw(st.booleans())}
        parts.append(("Embedding", arguments))
        shape = (*shape, units)
    for _ in range(draw(st.integers(1, blocks))):
        if draw(st.integers(0, 4)) == 0:
            block, shape = draw(_branches(shape))
        else:
            block, shape = draw(_layers(shape))
        parts.append(block)
    if head is not None:
        if len(shape) > 1:
            parts.append(("Flatten", {}))
        parts.append(("Dense", {"units": head}))
    return Architecture(input_shape, tokens, tuple(parts))


@st.composite
def _branches(draw: Any, shape: Shape) -> tuple[Branches, Shape]:
    layers = tuple(draw(_layers(shape, same_shape=True))[0] for _ in range(draw(st.integers(1, 2))))
    merge = draw(st.sampled_from(["Add", "Multiply", "Average", "Concatenate", "Maximum", "+"]))
    if merge == "Concatenate":
        shape = (*shape[:-1], 2 * shape[-1])
    return Branches(layers, merge), shape


@st.composite
def _layers(draw: Any, shape: Shape, same_shape: bool = False) -> tuple[Spec, Shape]:
    """A layer for inputs of ``shape``, and its output shape (``same_shape``: an equal one)."""
    rank, channels = len(shape), shape[-1]
    names = ["Dense", "Dropout", "BatchNormalization", "LayerNormalization", "Activation"]
    names += ["ReLU", "LeakyReLU", "GaussianNoise"]
    if rank > 1:
        names += ["Conv", "Conv", "SpatialDropout"]
        if not same_shape:
            names += ["MaxPooling", "AveragePooling", "Flatten"]
            names += ["GlobalMaxPooling", "GlobalAveragePooling", "ZeroPadding"]
            names += ["UpSampling"] if max(shape) < 12 else []
    elif not same_shape:
        names += ["Reshape"]
    name = draw(st.sampled_from(names))
    dims = f"{rank - 1}D"
    space = shape[:-1]
    if name == "Dense":
        units = channels if same_shape else draw(st.integers(1, 6))
        return (name, {"units": units, **draw(_weights)}), (*space, units)
    if name == "Conv":
        filters = channels if same_shape else draw(st.integers(1, 4))
        size = draw(st.integers(1, min(3, *space)))
        padding = "same" if same_shape else draw(st.sampled_from(["same", "valid"]))
        strides = 1 if same_shape else draw(st.integers(1, 2))
        arguments = {"filters": filters, "kernel_size": size, "strides": strides}
        out = _windows(space, size, strides, padding)
        return (
            (name + dims, {**arguments, "padding": padding, **draw(_weights)}),
            (*out, filters),
        )
    if name in ("MaxPooling", "AveragePooling"):
        size = draw(st.integers(1, min(2, *space)))
        padding = draw(st.sampled_from(["same", "valid"]))
        out = _windows(space, size, size, padding)
        return (name + dims, {"pool_size": size, "padding": padding}), (*out, channels)
    if name == "Dropout":
        return (name, {"rate": draw(st.sampled_from([0, 0.1, 0.5]))}), shape
    if name == "SpatialDropout":
        return (name + dims, {"rate": 0.4}), shape
    if name == "GaussianNoise":
        return (name, {"stddev": 0.5}), shape
    if name == "BatchNormalization":
        return (name, {"momentum": draw(st.sampled_from([0.9, 0.99]))}), shape
    if name == "Activation":
        return (name, {"activation": draw(st.sampled_from(ACTIVATIONS))}), shape
    if name == "ZeroPadding":
        return (name + dims, {"padding": 1}), (*(n + 2 for n in space), channels)
    if name == "UpSampling":
        return (name + dims, {"size": 2}), (*(2 * n for n in space), channels)
    if name == "Reshape":
        return (name, {"target_shape": (channels, 1)}), (channels, 1)
    if name == "Flatten":
        return (name, {}), (math.prod(shape),)
    if name.startswith("Global"):
        return (name + dims, {}), (channels,)
    return (name, {}), shape


_weights = st.fixed_dictionaries(
    {},
    optional={
        "activation": st.sampled_from(ACTIVATIONS),
        "use_bias": st.booleans(),
        "kernel_initializer": st.sampled_from(UNIFORM + NORMAL),
        "kernel_regularizer": st.sampled_from(["l1", "l2"]),
        "trainable": st.booleans(),
    },
)


def _windows(space: Shape, size: int, strides: int, padding: str) -> Shape:
    if padding == "valid":
        space = tuple(n - size + 1 for n in space)
    return tuple(-(-n // strides) for n in space)
