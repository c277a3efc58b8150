"""`keras.ops.numpy`: the operations that NumPy has too."""
