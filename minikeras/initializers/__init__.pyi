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
class Initializer(_Initializer):
    """A function of (shape, dtype) that returns the first value of a variable.

    Subclasses define ``__call__``; their annotated fields are the arguments of the constructor and
    make up the config."""
    def __init__(self) -> None: ...

class Constant(_Constant, Initializer):
    """All elements ``value``.

    value: a number, or an array that is broadcast to the shape.

    Parity: a Python number is rounded to float32 first, for float64 too."""

    value: Any = field(default=0.0)
    def __init__(self, value: Any = 0.0) -> None: ...

class Identity(_Identity, Initializer):
    """``gain`` on the diagonal of a matrix, 0 elsewhere.

    gain: the value on the diagonal.

    Raises ValueError for any other rank.

    Parity: ``get_config`` does not hold ``gain``."""

    gain: float = field(default=1.0)
    def __init__(self, gain: float = 1.0) -> None: ...

class Ones(_Ones, Initializer):
    """All elements 1."""
    def __init__(self) -> None: ...

class Zeros(_Zeros, Initializer):
    """All elements 0."""
    def __init__(self) -> None: ...

class STFT(_STFT, Initializer):
    """Windowed cosines, or sines, for a kernel of shape (frame, 1, F / 2 + 1).

    kernel[t, 0, f] = window[t] cos(−2π t f / F) / scale

    side: "real" for the cosine, "imag" for the sine.
    window: a name that ``scipy.signal.get_window`` knows, ``frame`` numbers, or None for none.
    scaling: scale is √(Σ window²) for "density", Σ |window| for "spectrum", 1 for None or if there
        is no window.
    periodic: as ``get_window`` takes it, for a window given by name.

    Raises ValueError for another side, scaling or name, and for a window of another length."""

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
    """``gain`` times a matrix with orthonormal columns, or rows if these are fewer.

    A = QR with normal numbers in A; Q · sign(diag R) is uniformly distributed.  The rows of the
    matrix are all axes of the shape but the last.

    gain: the factor.

    Raises ValueError for a rank below 2.

    Parity: the same bits up to 47 rows or columns, beyond that up to rounding.
    Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning
    in deep linear neural networks" (2014)."""

    gain: float = field(default=1.0)
    seed: Any = field(default=None)
    def __init__(self, gain: float = 1.0, seed: Any = None) -> None: ...

class RandomNormal(_RandomNormal, Initializer):
    """Numbers from a normal distribution.

    mean, stddev: its mean and its standard deviation."""

    mean: float = field(default=0.0)
    stddev: float = field(default=0.05)
    seed: Any = field(default=None)
    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None: ...

class RandomUniform(_RandomUniform, Initializer):
    """Numbers from the uniform distribution on [minval, maxval).

    minval, maxval: the limits."""

    minval: float = field(default=-0.05)
    maxval: float = field(default=0.05)
    seed: Any = field(default=None)
    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None: ...

class TruncatedNormal(_TruncatedNormal, Initializer):
    """Numbers from a normal distribution, truncated two standard deviations from the mean.

    mean, stddev: mean and standard deviation before the truncation."""

    mean: float = field(default=0.0)
    stddev: float = field(default=0.05)
    seed: Any = field(default=None)
    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None: ...

class VarianceScaling(_VarianceScaling, Initializer):
    """Numbers of mean 0 and variance ``scale`` / n, with n from the shape.

    scale: the factor, positive.
    mode: n is the number of inputs of a unit for "fan_in", the number of units that an input
        reaches for "fan_out", the mean of the two for "fan_avg"; see ``compute_fans``.
    distribution: "untruncated_normal"; "truncated_normal" or "normal", truncated at ±2σ of a normal
        distribution that is 1/0.8796 times as wide, so that the truncated one has the variance;
        "uniform" on ±√(3 scale / n).
    input_axes, output_axes: the axes whose sizes are multiplied for fan_in and for fan_out; by
        default those of the kernels of dense and convolutional layers.

    Raises ValueError for a scale that is not positive, another mode or distribution."""

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
    """Truncated normal with variance 2 / (fan_in + fan_out).

    Source: as ``GlorotUniform``."""

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
    """Uniform in ±√(6 / (fan_in + fan_out)).

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks" (2010)."""

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
    """Truncated normal with variance 2 / fan_in.

    Source: as ``HeUniform``."""

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
    """Uniform in ±√(6 / fan_in).

    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers" (2015)."""

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
    """Truncated normal with variance 1 / fan_in.

    Source: as ``LecunUniform``."""

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
    """Uniform in ±√(3 / fan_in).

    Source: LeCun, Bottou, Orr and Müller, "Efficient backprop" (1998)."""

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
