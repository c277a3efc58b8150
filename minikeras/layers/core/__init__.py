"""Dense, Embedding, the input layer, and layers that wrap a function."""
