"""`keras.ops.linalg`: decompositions and systems of equations."""
