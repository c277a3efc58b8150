"""`keras.ops.nn`: the operations that layers and losses are made of."""

from minikeras.ops.declarations import face

__getattr__, __dir__ = face("ops.nn")
