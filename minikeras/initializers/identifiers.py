"""The names of initializers in layers and in configs."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import ops
from minikeras.autograd import Tensor, Variable
from minikeras.declare import Registry
from minikeras.initializers.constant import Constant, Identity, Ones, Zeros
from minikeras.initializers.initializer import Initializer
from minikeras.initializers.orthogonal import Orthogonal
from minikeras.initializers.stft import STFT
from minikeras.initializers.variance_scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
)
from minikeras.types import DType


class _Registry(Registry):
    def get(self, identifier: Any) -> Any:
        """As in Registry; an array gives an initializer that returns it and requires its shape."""
        if not isinstance(identifier, Tensor | Variable | np.ndarray | np.generic):
            return super().get(identifier)

        def initialize(shape: Any, dtype: DType = None) -> Any:
            if tuple(shape) != tuple(identifier.shape):
                raise ValueError(
                    f"the initial value has shape {identifier.shape}, received shape={shape}"
                )
            return ops.cast(identifier, dtype)

        return initialize


registry = _Registry(
    "initializer",
    Initializer,
    Constant,
    Identity,
    Ones,
    STFT,
    Zeros,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    IdentityInitializer=Identity,
    OrthogonalInitializer=Orthogonal,
    STFTInitializer=STFT,
    normal=RandomNormal,
    uniform=RandomUniform,
    one=Ones,
    zero=Zeros,
)
get, serialize, deserialize = registry.get, registry.serialize, registry.deserialize
