"""The engine: values that can be recorded, a tape, and the declaration of operations."""

from minikeras.autograd.check import check_gradients
from minikeras.autograd.conversion import array_of, as_tensor
from minikeras.autograd.graph import (
    KerasHistory,
    KerasTensor,
    Node,
    Operation,
    Symbol,
    any_symbolic,
    is_keras_tensor,
    strip,
)
from minikeras.autograd.indexed_slices import IndexedSlices
from minikeras.autograd.listeners import nothing_recorded, recording
from minikeras.autograd.op_nodes import OpOperation, operation
from minikeras.autograd.primitive import (
    Primitive,
    elementwise,
    primitive,
    registry,
    unbroadcast,
)
from minikeras.autograd.replay import Replay
from minikeras.autograd.tape import GradientTape
from minikeras.autograd.tensor import Tensor, engine_ops
from minikeras.autograd.transforms import grad, hvp, value_and_grad, vjp
from minikeras.autograd.variable import (
    AutocastScope,
    StatelessScope,
    Variable,
    in_stateless_scope,
    scopes,
)

__all__ = [
    "AutocastScope",
    "GradientTape",
    "IndexedSlices",
    "KerasHistory",
    "KerasTensor",
    "Node",
    "OpOperation",
    "Operation",
    "Primitive",
    "Replay",
    "StatelessScope",
    "Symbol",
    "Tensor",
    "Variable",
    "any_symbolic",
    "array_of",
    "as_tensor",
    "check_gradients",
    "elementwise",
    "engine_ops",
    "grad",
    "hvp",
    "in_stateless_scope",
    "is_keras_tensor",
    "nothing_recorded",
    "operation",
    "primitive",
    "recording",
    "registry",
    "scopes",
    "strip",
    "unbroadcast",
    "value_and_grad",
    "vjp",
]
