"""``InputSpec``: the rank, sizes and dtype that a layer requires of an input."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from minikeras import dtypes, shapes, tree
from minikeras.autograd import Tensor
from minikeras.messages import describe
from minikeras.types import DType, Shape


@dataclasses.dataclass(eq=False, repr=False)
class InputSpec:
    """What a layer requires of an input: ``layer.input_spec`` holds one of these, or several.

    dtype: the dtype.
    shape: the sizes of all axes, with None for any size; it includes the batch.
    ndim, max_ndim, min_ndim: the rank, or bounds of it.
    axes: the sizes of single axes, such as ``{-1: 8}``; None for any size.
    allow_last_axis_squeeze: whether a last axis of size 1 may be missing or in excess.
    name: the key of the input in a dict of inputs.
    optional: whether None may be given.

    Raises ValueError if ``axes`` names an axis beyond the rank.
    """

    _keras_module: ClassVar[str] = "keras"

    dtype: DType = None
    shape: Any = None
    ndim: int | None = None
    max_ndim: int | None = None
    min_ndim: int | None = None
    axes: Any = None
    allow_last_axis_squeeze: bool = False
    name: str | None = None
    optional: bool = False

    def __post_init__(self) -> None:
        if self.dtype is not None:
            self.dtype = dtypes.standardize(self.dtype)
        if self.shape is not None:
            self.shape = shapes.standardize(self.shape)
            self.ndim = len(self.shape or ())
        self.axes = {int(axis): size for axis, size in (self.axes or {}).items()}
        rank = self.ndim if self.ndim is not None else self.max_ndim
        if self.axes and rank is not None and max(self.axes) > rank - 1:
            raise ValueError(
                f"Axis {max(self.axes)} is greater than the maximum allowed value: {rank - 1}"
            )

    def __repr__(self) -> str:
        given = {k: v for k, v in self.__dict__.items() if v}
        return f"InputSpec({', '.join(f'{k}={v}' for k, v in given.items())})"

    def get_config(self) -> dict[str, Any]:
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes", "optional")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputSpec:
        return cls(**config)

    def violation(self, x: Any, shape: Any) -> str | None:
        """Why ``x``, whose shape is ``shape``, does not fit, in words; None if it does."""
        rank, expected = len(shape), self.shape
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
        if expected is None:
            return None
        found = shape
        if self.allow_last_axis_squeeze:
            if len(expected) == len(found) + 1 and expected[-1] == 1:
                expected = expected[:-1]
            elif len(found) == len(expected) + 1 and found[-1] == 1:
                found = found[:-1]
        if len(expected) != len(found) or not all(map(shapes.match, expected, found)):
            return f"expected shape={self.shape}, found shape={shape}"
        return None


def assert_input_compatibility(input_spec: Any, inputs: Any, layer_name: str) -> None:
    """Raises ValueError unless every input satisfies its spec, and their number is right.

    input_spec: an ``InputSpec`` or a structure of them.
    inputs: the inputs in the same order, or a dict of them by the names of the specs.
    """
    if not input_spec:
        return
    specs = [input_spec] if isinstance(input_spec, InputSpec) else tree.flatten(input_spec)
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
    values = [values] if type(values) is Tensor else tree.flatten(values)
    if len(values) != len(specs):
        raise ValueError(
            f'Layer "{layer_name}" expects {len(specs)} input(s), but it received {len(values)} '
            f"input tensors. Inputs received: {describe(inputs)}"
        )
    for i, (x, spec) in enumerate(zip(values, specs, strict=True)):
        if x is None and spec is not None and spec.optional:
            continue
        shape = getattr(x, "shape", None)
        if shape is None:
            raise ValueError(
                f"Inputs to a layer should be tensors. Got {describe(x)} (of type "
                f'{type(x).__name__}) as input for layer "{layer_name}".'
            )
        problem = None if spec is None else spec.violation(x, shape)
        if problem:
            named = f" with name '{spec.name}'" if spec.name else ""
            raise ValueError(
                f'Input {i}{named} of layer "{layer_name}" is incompatible with the layer: '
                f"{problem}. Full shape received: {shape}{_missing_axis(spec, tuple(shape))}"
            )


def _missing_axis(spec: InputSpec, shape: Shape) -> str:
    """What to do about a rank that is too low by one: which axis was probably forgotten."""
    rank = spec.ndim or spec.min_ndim or 0
    if not shape or len(shape) != rank - 1:
        return ""
    if rank == 2:
        return ". Add the batch axis: x[None] for one sample, x[:, None] for samples of one feature"
    one_sample = spec.shape is not None and all(map(shapes.match, spec.shape[1:], shape))
    if one_sample or (spec.shape is None and shape[0] is not None and shape[-1] in (1, 3, 4)):
        return ". Add the batch axis for one sample: x[None]"
    return ". Add a channel axis: x[..., None], or Input(shape + (1,))"
