"""Every public layer with drawn arguments, in a model of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np
from hypothesis import assume

from minikeras.layers.merging.merge import Merge
from parity_tests.trainings.arguments import Make, instance, public
from parity_tests.trainings.drawing import TOKENS, shape_behind

LAYERS = sorted(public("layers"))
_RANKS = {"1D": [2], "2D": [3], "3D": [4]}
_MERGES = [name for name, cls in public("layers").items() if issubclass(cls, Merge)]


@dataclass(frozen=True)
class Drawn:
    """A layer, the shape of a sample, and whether it takes two inputs or tokens."""

    layer: Make
    shape: tuple[int, ...]
    inputs: int
    tokens: bool
    seed: int

    def model(self, library: Any) -> Any:
        dtype = "int32" if self.tokens else None
        inputs = [library.Input(self.shape, dtype=dtype) for _ in range(self.inputs)]
        given = inputs if self.inputs > 1 else inputs[0]
        return library.Model(given, self.layer(library)(given))

    def batch(self, samples: int = 2) -> Any:
        rng = np.random.default_rng(self.seed)
        if self.tokens:
            return rng.integers(0, TOKENS, (samples, *self.shape)).astype("int32")
        shape = (samples, *self.shape)
        xs = [rng.uniform(-2, 2, shape).astype("float32") for _ in range(self.inputs)]
        return xs if self.inputs > 1 else xs[0]


@st.composite
def drawn_layers(draw: Any, name: str) -> Drawn:
    """The layer of a name, with arguments and an input that fit each other."""
    inputs, tokens = 2 if name in _MERGES else 1, name == "Embedding"
    rank = 1 if tokens else draw(st.sampled_from(_rank_of(name)))
    least, most = (
        (2, 3) if "Padding3D" in name or name == "UpSampling3D" else (3, 4 if rank > 3 else 6)
    )
    sizes = st.sampled_from([4, 6]) if name == "Activation" else st.integers(least, most)
    shape = tuple(draw(sizes) for _ in range(rank))  # glu halves an even axis
    layer = draw(instance("layers", name, shape))
    assume(shape_behind(layer, *[shape] * inputs) is not None)
    return Drawn(layer, shape, inputs, tokens, draw(st.integers(0, 99)))


def _rank_of(name: str) -> list[int]:
    default = [1] if name == "RepeatVector" else [2] if name == "Dot" else [1, 2, 3]
    return _RANKS.get(name.removesuffix("Transpose")[-2:], default)
