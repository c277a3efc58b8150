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

from minikeras.initializers.constant import Constant as _Constant
from minikeras.initializers.constant import Identity as _Identity
from minikeras.initializers.constant import Ones as _Ones
from minikeras.initializers.constant import Zeros as _Zeros
from minikeras.initializers.identifiers import deserialize as deserialize
from minikeras.initializers.identifiers import get as get
from minikeras.initializers.identifiers import registry as registry
from minikeras.initializers.identifiers import serialize as serialize
from minikeras.initializers.initializer import Initializer as _Initializer
from minikeras.initializers.orthogonal import Orthogonal as _Orthogonal
from minikeras.initializers.stft import STFT as _STFT
from minikeras.initializers.variance_scaling import GlorotNormal as _GlorotNormal
from minikeras.initializers.variance_scaling import GlorotUniform as _GlorotUniform
from minikeras.initializers.variance_scaling import HeNormal as _HeNormal
from minikeras.initializers.variance_scaling import HeUniform as _HeUniform
from minikeras.initializers.variance_scaling import LecunNormal as _LecunNormal
from minikeras.initializers.variance_scaling import LecunUniform as _LecunUniform
from minikeras.initializers.variance_scaling import RandomNormal as _RandomNormal
from minikeras.initializers.variance_scaling import RandomUniform as _RandomUniform
from minikeras.initializers.variance_scaling import TruncatedNormal as _TruncatedNormal
from minikeras.initializers.variance_scaling import VarianceScaling as _VarianceScaling

@dataclass_transform(field_specifiers=(field,))
class _DeclaringInitializer(_Initializer): ...

class Initializer(_DeclaringInitializer):
    def __init__(self) -> None: ...

class Constant(_Constant, Initializer):
    value: Any = field(default=0.0)
    def __init__(self, value: Any = 0.0) -> None: ...

class Identity(_Identity, Initializer):
    gain: float = field(default=1.0)
    def __init__(self, gain: float = 1.0) -> None: ...

class Ones(_Ones, Initializer):
    def __init__(self) -> None: ...

class Zeros(_Zeros, Initializer):
    def __init__(self) -> None: ...

class STFT(_STFT, Initializer):
    side: str = field(default="real")
    window: Any = field(default="hann")
    scaling: str | None = field(default="density")
    periodic: bool = field(default=False)
    def __init__(
        self,
        side: str = "real",
        window: Any = "hann",
        scaling: str | None = "density",
        periodic: bool = False,
    ) -> None: ...

class Orthogonal(_Orthogonal, Initializer):
    gain: float = field(default=1.0)
    seed: Any = field(default=None)
    def __init__(self, gain: float = 1.0, seed: Any = None) -> None: ...

class RandomNormal(_RandomNormal, Initializer):
    mean: float = field(default=0.0)
    stddev: float = field(default=0.05)
    seed: Any = field(default=None)
    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None: ...

class RandomUniform(_RandomUniform, Initializer):
    minval: float = field(default=-0.05)
    maxval: float = field(default=0.05)
    seed: Any = field(default=None)
    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None: ...

class TruncatedNormal(_TruncatedNormal, Initializer):
    mean: float = field(default=0.0)
    stddev: float = field(default=0.05)
    seed: Any = field(default=None)
    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None: ...

class VarianceScaling(_VarianceScaling, Initializer):
    scale: float = field(default=1.0)
    mode: str = field(default="fan_in")
    distribution: str = field(default="truncated_normal")
    seed: Any = field(default=None)
    input_axes: Sequence[int] | None = field(default=None)
    output_axes: Sequence[int] | None = field(default=None)
    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None: ...

class GlorotNormal(_GlorotNormal, VarianceScaling):
    seed: Any = field(default=None)
    input_axes: Sequence[int] | None = field(default=None)
    output_axes: Sequence[int] | None = field(default=None)
    def __init__(
        self,
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None: ...

class GlorotUniform(_GlorotUniform, VarianceScaling):
    seed: Any = field(default=None)
    input_axes: Sequence[int] | None = field(default=None)
    output_axes: Sequence[int] | None = field(default=None)
    def __init__(
        self,
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None: ...

class HeNormal(_HeNormal, VarianceScaling):
    seed: Any = field(default=None)
    input_axes: Sequence[int] | None = field(default=None)
    output_axes: Sequence[int] | None = field(default=None)
    def __init__(
        self,
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None: ...

class HeUniform(_HeUniform, VarianceScaling):
    seed: Any = field(default=None)
    input_axes: Sequence[int] | None = field(default=None)
    output_axes: Sequence[int] | None = field(default=None)
    def __init__(
        self,
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None: ...

class LecunNormal(_LecunNormal, VarianceScaling):
    seed: Any = field(default=None)
    input_axes: Sequence[int] | None = field(default=None)
    output_axes: Sequence[int] | None = field(default=None)
    def __init__(
        self,
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None: ...

class LecunUniform(_LecunUniform, VarianceScaling):
    seed: Any = field(default=None)
    input_axes: Sequence[int] | None = field(default=None)
    output_axes: Sequence[int] | None = field(default=None)
    def __init__(
        self,
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None: ...

constant, ones, zeros = (Constant, Ones, Zeros)
identity = IdentityInitializer = Identity
glorot_normal, glorot_uniform = (GlorotNormal, GlorotUniform)
he_normal, he_uniform = (HeNormal, HeUniform)
lecun_normal, lecun_uniform = (LecunNormal, LecunUniform)
orthogonal = OrthogonalInitializer = Orthogonal
stft = STFTInitializer = STFT
random_normal, random_uniform = (RandomNormal, RandomUniform)
truncated_normal, variance_scaling = (TruncatedNormal, VarianceScaling)
