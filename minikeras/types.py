"""Names for the types that signatures speak of."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
TensorLike: TypeAlias = Any  # tensor, variable, KerasTensor, array, number or nested lists
Shape: TypeAlias = tuple[int | None, ...]  # None: a size not known yet
DType: TypeAlias = str | type | np.dtype[Any] | None
