"""Searches for defects of Keras and its backends with drawn calls."""
