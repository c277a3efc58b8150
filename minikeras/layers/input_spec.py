"""What a layer demands of its inputs."""

from __future__ import annotations

from typing import Any, ClassVar

from minikeras import dtypes, shapes, tree
from minikeras.types import DType


class InputSpec:
    """Rank, sizes and dtype that an input must have; a layer keeps one in ``input_spec``."""

    _keras_module: ClassVar[str] = "keras"

    def __init__(
        self,
        dtype: DType = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype = None if dtype is None else dtypes.standardize(dtype)
        self.shape = None if shape is None else shapes.standardize(shape)
        self.ndim = ndim if shape is None else len(self.shape or ())
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.axes = {int(k): axes[k] for k in axes} if axes else {}
        rank = self.ndim if self.ndim is not None else max_ndim
        if self.axes and rank is not None and max(self.axes) > rank - 1:
            raise ValueError(
                f"Axis {max(self.axes)} is greater than the maximum allowed value: {rank - 1}"
            )
        self.allow_last_axis_squeeze, self.name, self.optional = (
            allow_last_axis_squeeze,
            name,
            optional,
        )

    def __repr__(self) -> str:
        given = {k: v for k, v in self.__dict__.items() if v}
        return f"InputSpec({', '.join(f'{k}={v}' for k, v in given.items())})"

    def get_config(self) -> dict[str, Any]:
        return {
            "dtype": self.dtype,
            "shape": self.shape,
            "ndim": self.ndim,
            "max_ndim": self.max_ndim,
            "min_ndim": self.min_ndim,
            "axes": self.axes,
            "optional": self.optional,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputSpec:
        return cls(**config)

    def violation(self, x: Any) -> str | None:
        """Why ``x`` does not fit, in words; None if it does."""
        shape, rank = x.shape, len(x.shape)
        if self.ndim is not None and rank != self.ndim and not self.allow_last_axis_squeeze:
            return f"expected ndim={self.ndim}, found ndim={rank}"
        if self.max_ndim is not None and rank > self.max_ndim:
            return f"expected max_ndim={self.max_ndim}, found ndim={rank}"
        if self.min_ndim is not None and rank < self.min_ndim:
            return f"expected min_ndim={self.min_ndim}, found ndim={rank}"
        if self.dtype is not None and dtypes.standardize(x.dtype) != self.dtype:
            return f"expected dtype={self.dtype}, found dtype={dtypes.standardize(x.dtype)}"
        for axis, size in self.axes.items():
            if size is not None and shape[axis] not in (size, None):
                return f"expected axis {axis} of input shape to have value {size}"
        if self.shape is not None:
            expected = self.shape
            if self.allow_last_axis_squeeze:
                expected = expected[:-1] if expected and expected[-1] == 1 else expected
                shape = shape[:-1] if shape and shape[-1] == 1 else shape
            if len(expected) != len(shape) or not all(map(shapes.match, expected, shape)):
                return f"expected shape={self.shape}, found shape={x.shape}"
        return None


def assert_input_compatibility(input_spec: Any, inputs: Any, layer_name: str) -> None:
    """Raises ValueError unless every input satisfies its spec, and their number is right."""
    if not input_spec:
        return
    specs = tree.flatten(input_spec)
    values = inputs
    if isinstance(inputs, dict):
        names = [spec.name for spec in specs]
        if all(names):
            missing = [n for n, s in zip(names, specs, strict=True) if n not in inputs]
            if any(not s.optional for s in specs if s.name in missing):
                raise ValueError(
                    f'Missing data for input "{missing[0]}". You passed a data dictionary with '
                    f"keys {list(inputs)}. Expected the following keys: {names}"
                )
            values = [inputs.get(n) for n in names]
    values = tree.flatten(values)
    if len(values) != len(specs):
        raise ValueError(
            f'Layer "{layer_name}" expects {len(specs)} input(s), but it received {len(values)} '
            f"input tensors. Inputs received: {inputs}"
        )
    for i, (x, spec) in enumerate(zip(values, specs, strict=True)):
        if x is None and spec is not None and spec.optional:
            continue
        if not hasattr(x, "shape"):
            raise ValueError(
                f"Inputs to a layer should be tensors. Got {x!r} (of type {type(x)}) as input for "
                f'layer "{layer_name}".'
            )
        problem = spec.violation(x) if spec is not None else None
        if problem:
            raise ValueError(
                f"Input {i} with name '{spec.name}' of layer \"{layer_name}\" is incompatible with "
                f"the layer: {problem}. Full shape received: {x.shape}"
            )
