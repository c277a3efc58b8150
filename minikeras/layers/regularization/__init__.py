"""Layers against overfitting: noise, dropout and a penalty on activations."""
