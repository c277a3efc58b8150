"""Layers against overfitting: noise, dropout and a penalty on activations."""

from minikeras.layers.regularization.activity_regularization import ActivityRegularization
from minikeras.layers.regularization.dropout import Dropout
from minikeras.layers.regularization.noise import AlphaDropout, GaussianDropout, GaussianNoise
from minikeras.layers.regularization.spatial_dropout import (
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
