"""`keras.ops.numpy`: the operations that NumPy has too."""

from minikeras.ops.declarations import face

__getattr__, __dir__ = face("ops.numpy")
