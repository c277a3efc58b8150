"""Activation functions as layers."""

from minikeras.layers.activations.activation import Activation
from minikeras.layers.activations.relu import ELU, LeakyReLU, PReLU, ReLU
from minikeras.layers.activations.softmax import Softmax
