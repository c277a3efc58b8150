"""`keras.ops.numpy`: the operations that NumPy has too."""

from minikeras.ops.declarations import module_hooks

__getattr__, __dir__ = module_hooks("ops.numpy")
