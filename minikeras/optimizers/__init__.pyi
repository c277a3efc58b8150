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

from minikeras.optimizers import schedules as schedules
from minikeras.optimizers.adadelta import Adadelta as _Adadelta
from minikeras.optimizers.adagrad import Adagrad as _Adagrad
from minikeras.optimizers.adam import Adam as _Adam
from minikeras.optimizers.adamax import Adamax as _Adamax
from minikeras.optimizers.adamw import AdamW as _AdamW
from minikeras.optimizers.identifiers import deserialize as deserialize
from minikeras.optimizers.identifiers import get as get
from minikeras.optimizers.identifiers import registry as registry
from minikeras.optimizers.identifiers import serialize as serialize
from minikeras.optimizers.lion import Lion as _Lion
from minikeras.optimizers.nadam import Nadam as _Nadam
from minikeras.optimizers.optimizer import Optimizer as _Optimizer
from minikeras.optimizers.rmsprop import RMSprop as _RMSprop
from minikeras.optimizers.sgd import SGD as _SGD

@dataclass_transform(field_specifiers=(field,))
class Optimizer(_Optimizer):
    """Base of all optimizers: it runs ``step``, a pure function of arrays, on each variable.

    For each variable w with gradient g it computes, in this order and if the options ask for it:

    unscaled                = g / loss_scale_factor
    accumulated             = accumulated + g
    mean                    = accumulated / gradient_accumulation_steps
    clipped_by_norm         = g clipnorm / max(‖g‖, clipnorm)
    clipped_by_global_norm  = g global_clipnorm min(1 / ‖all g‖, 1 / global_clipnorm)
    clipped_by_value        = min(max(g, −clipvalue), clipvalue)
    decayed                 = w − w weight_decay lr
    w, slots                = step(w, g, t, lr, *slots)
    average                 = ema_momentum average + (1 − ema_momentum) w
    overwritten             = average                every ema_overwrite_frequency steps
    constrained             = constraint(w)

    A new rule is a subclass with a method ``step`` and with ``slots``, the names of the arrays
    that each variable needs from one step to the next.  Programs written for Keras may override
    ``build`` and ``update_step`` instead.

    ``kernel`` names the native form of ``step`` in ``kernels/optimizers.py``.  The numbers that it
    declares are lr, options of the optimizer, and what ``scalars`` returns.  A subclass that
    overrides ``step`` does not inherit it.

    Parity: weight decay is decoupled for every rule.  A schedule gets the number of calls of
    ``apply``; t is the number of updates.  The first average is w itself.
    Parity: TensorFlow flushes subnormal numbers to zero; NumPy does not.

    Raises ValueError for a learning rate that is neither a float nor callable, for two ways
    of clipping at once, for fewer than 2 accumulation steps, and for averaging with a momentum
    outside [0, 1] or a frequency that is no positive integer."""

    learning_rate: Any
    weight_decay: float | None = field(default=None, kw_only=True)
    clipnorm: float | None = field(default=None, kw_only=True)
    clipvalue: float | None = field(default=None, kw_only=True)
    global_clipnorm: float | None = field(default=None, kw_only=True)
    use_ema: bool = field(default=None, kw_only=True)
    ema_momentum: float = field(default=None, kw_only=True)
    ema_overwrite_frequency: int | None = field(default=None, kw_only=True)
    loss_scale_factor: float | None = field(default=None, kw_only=True)
    gradient_accumulation_steps: int | None = field(default=None, kw_only=True)
    name: str | None = field(default=None, kw_only=True)
    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
    ) -> None: ...

class Adadelta(_Adadelta, Optimizer):
    """Gradient descent, scaled by a running size of past steps over one of past gradients.

    a ← ρ a + (1 − ρ) g²
    Δ = −√(d + ε) g / √(a + ε)
    d ← ρ d + (1 − ρ) Δ²
    w ← w + lr Δ

    rho: ρ, the part of the running means that a step retains.
    epsilon: ε, which keeps the roots away from 0.

    Parity: the paper has no lr.  lr = 1 gives its rule; Keras's default is 0.001.

    Source: Zeiler (2012)."""

    learning_rate: Any = field(default=0.001)
    rho: float = field(default=0.95)
    epsilon: float = field(default=1e-07)
    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-07,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
    ) -> None: ...

class Adagrad(_Adagrad, Optimizer):
    """Gradient descent that divides each entry by the root of the sum of its squared gradients.

    a ← a + g²
    Δ = lr g / √(a + ε)
    w ← w − Δ

    initial_accumulator_value: a before the first step.
    epsilon: ε, which keeps the root away from 0.

    Parity: a does not start at 0, and ε stands inside the root.

    Source: Duchi, Hazan & Singer (2011)."""

    learning_rate: Any = field(default=0.001)
    initial_accumulator_value: float = field(default=0.1)
    epsilon: float = field(default=1e-07)
    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-07,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
    ) -> None: ...

class Adam(_Adam, Optimizer):
    """Gradient descent along a running mean of the gradient, divided by a running size of it.

    α = lr √(1 − β₂ᵗ) / (1 − β₁ᵗ)       both moments start at 0; this undoes the bias
    m ← m + (g − m) (1 − β₁)            first moment
    v ← v + (g² − v) (1 − β₂)           second moment
    v̂ ← max(v̂, v)                       if amsgrad
    Δ = m α / (√v + ε)
    Δ = m α / (√v̂ + ε)                  if amsgrad
    w ← w − Δ

    beta_1, beta_2: β₁ and β₂, the parts of the moments that a step retains.
    epsilon: ε, which keeps the divisor away from 0.
    amsgrad: divide by the largest second moment so far, v̂, instead of the present one.

    Parity: ε is the "epsilon hat" of Kingma & Ba (2015), section 2, not that of their
    Algorithm 1; v̂ is the maximum of uncorrected moments; β₁ᵗ and β₂ᵗ are powers of the
    betas rounded to float32, 1 − β₁ and 1 − β₂ are not.

    Source: Kingma & Ba (2015); Reddi, Kale & Kumar (2018) for ``amsgrad``."""

    learning_rate: Any = field(default=0.001)
    beta_1: float = field(default=0.9)
    beta_2: float = field(default=0.999)
    epsilon: float = field(default=1e-07)
    amsgrad: bool = field(default=False)
    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-07,
        amsgrad: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
    ) -> None: ...

class Adamax(_Adamax, Optimizer):
    """Adam with a decaying maximum of |g| in place of the second moment.

    m ← m + (g − m) (1 − β₁)
    u ← max(β₂ u, |g|)
    Δ = lr m / ((1 − β₁ᵗ) (u + ε))
    w ← w − Δ

    beta_1, beta_2: β₁ and β₂, the parts of m and u that a step retains.
    epsilon: ε, which keeps the divisor away from 0.

    Parity: the paper does not add ε to u.

    Source: Kingma & Ba (2015), section 7.1."""

    learning_rate: Any = field(default=0.001)
    beta_1: float = field(default=0.9)
    beta_2: float = field(default=0.999)
    epsilon: float = field(default=1e-07)
    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-07,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
    ) -> None: ...

class Lion(_Lion, Optimizer):
    """Steps of size lr, along the sign of a mean of momentum and gradient.

    Δ = lr sign(β₁ m + (1 − β₁) g)
    m ← β₂ m + (1 − β₂) g               after Δ was computed
    w ← w − Δ

    beta_1: β₁, the part of m in the mean that gives the sign.
    beta_2: β₂, the part of m that a step retains.

    Raises ValueError unless 0 < beta_1 ≤ 1.

    Source: Chen et al. (2023)."""

    learning_rate: Any = field(default=0.001)
    beta_1: float = field(default=0.9)
    beta_2: float = field(default=0.99)
    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
    ) -> None: ...

class Nadam(_Nadam, Optimizer):
    """Adam with Nesterov's momentum, which grows from step to step.

    u = β₁ (1 − ½ 0.96ᵗ)                momentum of this step
    u_next = β₁ (1 − ½ 0.96ᵗ⁺¹)         momentum of the next step
    U = u₁ u₂ … uₜ                      one number for all variables
    m ← m + (g − m) (1 − β₁)
    v ← v + (g² − v) (1 − β₂)
    m̂ = u_next m / (1 − U u_next) + (1 − u) g / (1 − U)
    v̂ = v / (1 − β₂ᵗ)
    Δ = m̂ lr / (√v̂ + ε)
    w ← w − Δ

    beta_1, beta_2: β₁ and β₂, the parts of the moments that a step retains.
    epsilon: ε, which keeps the divisor away from 0.

    Parity: 1 − β₁ and 1 − β₂ use the betas rounded to float32, which Adam does not do; U uses the
    betas as they are.

    Source: Dozat (2016)."""

    learning_rate: Any = field(default=0.001)
    beta_1: float = field(default=0.9)
    beta_2: float = field(default=0.999)
    epsilon: float = field(default=1e-07)
    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-07,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
    ) -> None: ...

class RMSprop(_RMSprop, Optimizer):
    """Gradient descent, divided by a running size of the gradient.

    v ← ρ v + (1 − ρ) g²
    ḡ ← ρ ḡ + (1 − ρ) g                 if centered
    d = v + ε
    d = v − ḡ² + ε                      if centered
    Δ = lr g / √d
    M ← momentum M + Δ                  if momentum
    w ← w − Δ
    w ← w − M                           if momentum

    rho: ρ, the part of the running means that a step retains.
    momentum: the part of past steps that is added to a step; 0 for none.
    epsilon: ε, which keeps the root away from 0.
    centered: divide by an estimate of the standard deviation instead of the root mean square.

    Parity: ε stands inside the root.

    Source: Tieleman & Hinton (2012), lecture 6.5; Graves (2013) for ``centered``."""

    learning_rate: Any = field(default=0.001)
    rho: float = field(default=0.9)
    momentum: float = field(default=0.0)
    epsilon: float = field(default=1e-07)
    centered: bool = field(default=False)
    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-07,
        centered: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
    ) -> None: ...

class SGD(_SGD, Optimizer):
    """Gradient descent, with a velocity if ``momentum`` is not 0.

    v ← momentum v − lr g                         if momentum
    w ← w − lr g
    w ← w + v                                     if momentum
    w ← w + momentum v − lr g                     if momentum and nesterov

    momentum: the part of the velocity that a step retains, a float in [0, 1].
    nesterov: add the velocity as it will be after one more step with the same gradient.

    Parity: v contains lr, so a new learning rate scales new gradients only; in PyTorch it scales
    the whole velocity.  ``nesterov`` without momentum changes nothing.

    Raises ValueError unless ``momentum`` is a float in [0, 1].

    Source: Sutskever, Martens, Dahl & Hinton (2013)."""

    learning_rate: Any = field(default=0.01)
    momentum: float = field(default=0.0)
    nesterov: bool = field(default=False)
    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
    ) -> None: ...

class AdamW(_AdamW, Adam):
    """Adam, with weight decay by default.

    First w ← w − w weight_decay lr, then a step of ``Adam``.  The decay does not enter the moments.

    Raises ValueError for ``weight_decay=None``.

    Source: Loshchilov & Hutter (2019)."""

    learning_rate: Any = field(default=0.001)
    beta_1: float = field(default=0.9)
    beta_2: float = field(default=0.999)
    epsilon: float = field(default=1e-07)
    amsgrad: bool = field(default=False)
    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-07,
        amsgrad: bool = False,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
    ) -> None: ...
