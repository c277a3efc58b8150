"""Input and InputLayer: where the graph of a functional model begins."""

from __future__ import annotations

from typing import Any

from minikeras import dtypes, frames, shapes
from minikeras.autograd import KerasTensor, Node
from minikeras.layers.layer import Layer
from minikeras.messages import describe
from minikeras.types import DType, Shape


class InputLayer(Layer):
    """The layer that ``Input`` makes: it has an output and computes nothing.

    shape: the shape of one sample, with None for sizes that may vary.
    batch_size: the size of a batch; None for any.
    dtype: the dtype of the input; by default ``keras.config.floatx()``.
    sparse, ragged: must be False or None.
    batch_shape: the shape of a batch, in place of ``shape`` and ``batch_size``.
    input_tensor: a KerasTensor to use, in place of a new one.
    optional: whether None may be passed for the input.
    name: the name of the layer.

    Raises ValueError without a shape, with two of them, with a ``sparse`` or ``ragged`` input, and
    where ``input_tensor`` is no KerasTensor or contradicts another argument.
    """

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: DType = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: KerasTensor | None = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name)
        if "input_shape" in kwargs:
            frames.warn("Argument `input_shape` is deprecated. Use `shape` instead.")
            shape = kwargs.pop("input_shape")
        batch_shape = kwargs.pop("batch_input_shape", batch_shape)
        if input_tensor is None:
            batch_shape = _whole_shape(shape, batch_size, batch_shape)
            if sparse or ragged:
                raise ValueError(
                    f"sparse and ragged inputs are not supported by this backend. "
                    f"Received: sparse={sparse}, ragged={ragged}"
                )
            input_tensor = KerasTensor(batch_shape, dtype, name=name)
        else:
            _check_tensor(input_tensor, shape, batch_size, batch_shape, dtype)
        self.batch_shape: Shape = input_tensor.shape
        self._dtype = input_tensor.dtype
        self.sparse = self.ragged = False
        self.optional = optional
        self.built = True
        Node(self, (), {}, input_tensor)

    def call(self) -> None:
        return None

    @property
    def dtype(self) -> str:
        return self._dtype

    def get_config(self) -> dict[str, Any]:
        names = ("batch_shape", "dtype", "sparse", "ragged", "name", "optional")
        return {name: getattr(self, name) for name in names}


def _whole_shape(shape: Any, batch_size: int | None, batch_shape: Any) -> Shape:
    if batch_shape is not None:
        for name, value in (("shape", shape), ("batch_size", batch_size)):
            if value is not None:
                raise ValueError(
                    f"You cannot pass both `{name}` and `batch_shape` at the same time. "
                    f"Received: {name}={value}, batch_shape={batch_shape}"
                )
        return shapes.standardize(batch_shape)
    if shape is None:
        raise ValueError("You must pass a `shape` argument.")
    return shapes.standardize((batch_size, *shapes.standardize(shape)))


def _check_tensor(
    tensor: Any, shape: Any, batch_size: int | None, batch_shape: Any, dtype: DType
) -> None:
    if not isinstance(tensor, KerasTensor):
        raise ValueError(
            "Argument `input_tensor` must be a KerasTensor. Received invalid type: "
            f"input_tensor={describe(tensor)} (of type {type(tensor)})"
        )
    found = {
        "shape": (shape, tensor.shape[1:]),
        "batch_size": (batch_size, tensor.shape[0] if tensor.shape else None),
        "batch_shape": (batch_shape, tensor.shape),
        "dtype": (None if dtype is None else dtypes.standardize(dtype), tensor.dtype),
    }
    for name, (given, actual) in found.items():
        if given is not None and given != actual:
            raise ValueError(
                "When providing the `input_tensor` argument, you cannot provide an incompatible "
                f"`{name}` argument. Received: {name}={given}, but the tensor has {actual}"
            )


@frames.filter_traceback
def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: DType = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: KerasTensor | None = None,
    optional: bool = False,
) -> Any:
    """The KerasTensor with which a functional model begins: the output of a new ``InputLayer``.

    tensor: a KerasTensor to use, in place of a new one.

    Other arguments and errors as for ``InputLayer``.
    """
    what = shape, batch_size, dtype, sparse, ragged, batch_shape, tensor, optional, name
    return InputLayer(*what).output
