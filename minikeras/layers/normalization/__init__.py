"""Normalising layers: they bring activations to one scale."""
