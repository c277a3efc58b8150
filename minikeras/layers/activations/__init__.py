"""Activation functions as layers."""

from minikeras.layers.activations.activation import Activation
