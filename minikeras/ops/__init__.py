"""The differentiable vocabulary: the names of `keras.ops`.

Each module declares where its operations appear; the names stand in `__init__.pyi`.
"""

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
from minikeras.ops.primitives import bitwise

globals().update(declarations.names_of("ops"))
operators.install()
