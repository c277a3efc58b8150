"""The gradient of a function, by the automatic differentiation of whoever computes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras.autograd import GradientTape
from minikeras.optional import Library
from minikeras.types import Array

jax = Library("jax")
tensorflow = Library("tensorflow")
torch = Library("torch")

Total = Callable[[dict[str, Any]], Any]  # from named tensors to a number; None: nothing to derive


def name_of(library: Any) -> str:
    """``"minikeras"``, or the backend of Keras."""
    return "minikeras" if library.__name__ == "minikeras" else str(library.config.backend())


def is_floating(value: Any) -> bool:
    """Whether a value is a tensor of floating-point numbers."""
    return "float" in str(getattr(value, "dtype", ""))


def gradients(
    library: Any, total: Total, arrays: dict[str, Array], wanted: list[str]
) -> dict[str, Any]:
    """d total / d array for each name in ``wanted``; zeros where total does not depend on it.

    arrays: every array that ``total`` takes, by name.
    """
    tensors = {name: library.ops.convert_to_tensor(a) for name, a in arrays.items()}
    sources = {name: tensors[name] for name in wanted}
    found = _ENGINES[name_of(library)](total, tensors, sources)
    return {
        name: library.ops.zeros_like(sources[name]) if g is None else g for name, g in found.items()
    }


def _minikeras(total: Total, tensors: dict[str, Any], sources: dict[str, Any]) -> dict[str, Any]:
    with GradientTape() as tape:
        tape.watch(list(sources.values()))
        y = total(tensors)
    return {} if y is None else dict(zip(sources, tape.gradient(y, list(sources.values()))))


def _tensorflow(total: Total, tensors: dict[str, Any], sources: dict[str, Any]) -> dict[str, Any]:
    with tensorflow.GradientTape() as tape:
        for source in sources.values():
            tape.watch(source)
        y = total(tensors)
    if y is None:
        return {}
    found = tape.gradient(y, sources)
    return {n: None if g is None else tensorflow.convert_to_tensor(g) for n, g in found.items()}


def _jax(total: Total, tensors: dict[str, Any], sources: dict[str, Any]) -> dict[str, Any]:
    def function(given: dict[str, Any]) -> Any:
        y = total({**tensors, **given})
        return 0.0 if y is None else y

    found: dict[str, Any] = jax.grad(function)(sources)
    return found


def _torch(total: Total, tensors: dict[str, Any], sources: dict[str, Any]) -> dict[str, Any]:
    leaves = {name: t.detach().clone().requires_grad_() for name, t in sources.items()}
    y = total({**tensors, **leaves})
    if y is None:
        return {}
    if not y.requires_grad:
        return dict.fromkeys(leaves)
    found = torch.autograd.grad(y, list(leaves.values()), allow_unused=True)
    return dict(zip(leaves, found))


_ENGINES = {"minikeras": _minikeras, "tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
