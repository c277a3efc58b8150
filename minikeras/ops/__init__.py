"""The differentiable operations: the names of `keras.ops`.

What has a derivative of its own stands in `primitives/`, on arrays.  The files here hold the public
functions: those that prepare the arguments of a primitive (in the file of the same name), and those
that are composed of other operations.  Each declares where it appears, see `declarations.py`; the
signatures of all of them stand in `__init__.pyi`.
"""

from minikeras.autograd import engine_ops
from minikeras.ops import (
    activations,
    arithmetic,
    attention,
    colours,
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
    filters,
    image,
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
    signals,
    sizes,
    sorting,
    statistics,
    trigonometry,
    warps,
    windows,
)
from minikeras.ops.primitives import bitwise, conversion
from minikeras.ops.primitives.indexing import _add_at
from minikeras.ops.primitives.reduction import _sum

globals().update(declarations.names_of("ops"))
for _part in (image, linalg, nn, numpy):
    vars(_part).update(declarations.names_of(_part.__name__.removeprefix("minikeras.")))
engine_ops.cast, engine_ops.copy, engine_ops.sum = conversion._cast, conversion.copy, _sum
engine_ops.add_at = _add_at
operators.install()
