"""`keras.ops.nn`: the operations that layers and losses are made of."""

from minikeras.ops.declarations import module_hooks

__getattr__, __dir__ = module_hooks("ops.nn")
