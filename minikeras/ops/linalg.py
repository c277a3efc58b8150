"""`keras.ops.linalg`: decompositions and systems of equations."""

from minikeras.ops.declarations import module_hooks

__getattr__, __dir__ = module_hooks("ops.linalg")
