"""The differentiable operations: the names of `keras.ops`.

Each module declares where its operations appear; the names stand in `__init__.pyi`.
"""

from minikeras.autograd import engine_ops
from minikeras.ops import (
    activations,
    arithmetic,
    attention,
    comparison,
    control_flow,
    conv,
    core,
    creation,
    crossentropy,
    cumulative,
    declarations,
    diagonals,
    exponential,
    indexing,
    joining,
    linalg,
    linear_algebra,
    nn,
    normalization,
    numpy,
    one_hot,
    operators,
    pool,
    products,
    reduction,
    reshaping,
    rounding,
    segment,
    sorting,
    statistics,
    trigonometry,
    windows,
)
from minikeras.ops.primitives import bitwise, conversion
from minikeras.ops.primitives.reduction import _sum

globals().update(declarations.names_of("ops"))
engine_ops.cast, engine_ops.copy, engine_ops.sum = conversion._cast, conversion.copy, _sum
operators.install()
