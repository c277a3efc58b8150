"""The bases of initializers: ``Initializer``, and ``RandomInitializer`` with a seed."""

from __future__ import annotations

from typing import Any, Self

from minikeras import random
from minikeras.declare import Configurable
from minikeras.declare.serialization import deserialize_keras_object, serialize_keras_object
from minikeras.messages import describe
from minikeras.random.seed_generator import make_default_seed
from minikeras.types import DType


class Initializer(Configurable):
    """A function of (shape, dtype) that returns the first value of a variable.

    Subclasses define ``__call__``; their annotated fields are the arguments of the constructor and
    make up the config.
    """

    def __call__(self, shape: Any, dtype: DType = None) -> Any:
        """The value.

        shape: the shape of the variable.
        dtype: its dtype; by default ``keras.config.floatx()``.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement __call__()")

    def clone(self) -> Self:
        """A new initializer with the same config.

        Parity: without a seed in the config, the clone draws a seed of its own.
        """
        return self.from_config(self.get_config())


class RandomInitializer(Initializer):
    """An initializer that draws random numbers.

    seed: an int or a ``SeedGenerator``; by default an int drawn from Python's ``random`` when the
        initializer is made.

    Raises ValueError for any other seed.

    Parity: with an int, every call returns the same values.  A ``SeedGenerator`` gives others at
    each call.
    """

    seed: Any = None

    _config_order = ("seed",)

    def setup(self) -> None:
        self._init_seed = self.seed
        if self.seed is None:
            self.seed = make_default_seed()
        elif isinstance(self.seed, dict):
            self.seed = deserialize_keras_object(self.seed)
        elif not isinstance(self.seed, int | random.SeedGenerator):
            raise ValueError(
                "seed must be an integer or a keras.random.SeedGenerator, "
                f"received seed={describe(self.seed)}"
            )

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": serialize_keras_object(self._init_seed)}
