"""Layers that keep a network from learning its data by heart."""

from minikeras.layers.regularization.dropout import Dropout
