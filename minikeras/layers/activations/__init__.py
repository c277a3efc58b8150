"""Activation functions as layers."""

from minikeras.layers.activations.activation import Activation
from minikeras.layers.activations.prelu import PReLU
from minikeras.layers.activations.relu import ELU, LeakyReLU, ReLU
from minikeras.layers.activations.softmax import Softmax
