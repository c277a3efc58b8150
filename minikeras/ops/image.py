"""`keras.ops.image`: sizes, colours, warps, filters and patches of images."""
