"""Normalising layers: they bring activations to one scale."""

from minikeras.layers.normalization.batch_normalization import BatchNormalization
from minikeras.layers.normalization.group_normalization import GroupNormalization
from minikeras.layers.normalization.layer_normalization import LayerNormalization
from minikeras.layers.normalization.lengths import RMSNormalization, UnitNormalization
