"""Pooling layers: the largest value or the mean of windows, or over all of space."""
