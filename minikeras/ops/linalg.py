"""`keras.ops.linalg`: decompositions and systems of equations."""

from minikeras.ops.declarations import face

__getattr__, __dir__ = face("ops.linalg")
