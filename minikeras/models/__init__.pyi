# Written by `python -m parity_tests.house.stubs`: change the classes, not this file.
# ruff: noqa
# mypy: disable-error-code="assignment, misc, override"
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, dataclass_transform

from minikeras.autograd import KerasTensor, Tensor, Variable
from minikeras.declare import field
from minikeras.dtype_policies import DTypePolicy
from minikeras.types import Array, DType, Shape, TensorLike

Identifier: TypeAlias = str | dict[str, Any] | Callable[..., Any] | None
InitialValue: TypeAlias = Identifier | Tensor | Variable | Array
Ints: TypeAlias = int | Sequence[int]

from minikeras.models.cloning import clone_model as clone_model
from minikeras.models.cloning import model_from_json as model_from_json
from minikeras.models.functional import Function as Function
from minikeras.models.functional import Functional as _Functional
from minikeras.layers import Layer as Layer
from minikeras.models.model import Model as _Model
from minikeras.models.sequential import Sequential as _Sequential
from minikeras.saving import load_model as load_model
from minikeras.saving import save_model as save_model

class Model(_Model, Layer):
    inputs: Any = field(default=None)
    outputs: Any = field(default=None)
    activity_regularizer: Any = field(default=None, kw_only=True)
    trainable: Any = field(default=None, kw_only=True)
    dtype: Any = field(default=None, kw_only=True)
    autocast: Any = field(default=None, kw_only=True)
    name: Any = field(default=None, kw_only=True)
    input_shape: Any = field(default=None, kw_only=True)
    input_dim: Any = field(default=None, kw_only=True)
    def __init__(
        self,
        inputs: Any = None,
        outputs: Any = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...

class Sequential(_Sequential, Model):
    def __init__(
        self, layers: Any = None, trainable: bool = True, name: str | None = None
    ) -> None: ...

class Functional(_Functional, Model):
    def __init__(
        self,
        inputs: Any,
        outputs: Any,
        name: str | None = None,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: DType | DTypePolicy = None,
        autocast: bool = True,
        input_shape: Any = None,
        input_dim: Any = None,
    ) -> None: ...
