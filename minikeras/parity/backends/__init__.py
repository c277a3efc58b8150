"""One call of Keras under a backend of one's choice: TensorFlow, JAX or PyTorch.

Keras chooses its backend when it is imported, so each backend needs a process of its own.
`Backend` starts one and keeps it; `server` is the program in it.  A `Call` says what is to be
computed, `calls.evaluate` computes it with any library and returns an `Outcome`.  `wire` turns both
into bytes: JSON for the structure, npz for the arrays, no pickle.

    with Backend("jax") as jax:
        outcome = jax.evaluate(Call(Make("ops", "relu"), {"x": np.float32([-1, 2])}))
"""

from minikeras.parity.backends.calls import Call, Outcome, Raised, evaluate
from minikeras.parity.backends.client import BACKENDS, Backend, BackendFailed, installed
from minikeras.parity.backends.values import Make, build

__all__ = [
    "BACKENDS",
    "Backend",
    "BackendFailed",
    "Call",
    "Make",
    "Outcome",
    "Raised",
    "build",
    "evaluate",
    "installed",
]
