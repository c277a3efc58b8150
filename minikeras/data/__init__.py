"""Data sets like those of ``tf.data``."""

from minikeras.data.dataset import Dataset, TextLineDataset, cardinality
from minikeras.data.elements import INFINITE, UNKNOWN
from minikeras.data.reading import Options

__all__ = ["INFINITE", "UNKNOWN", "Dataset", "Options", "TextLineDataset", "cardinality"]
