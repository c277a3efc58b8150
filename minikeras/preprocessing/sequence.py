"""``keras.preprocessing.sequence``: sequences of different lengths, word pairs, series.

All but ``pad_sequences`` are legacy: Keras has them as ``tensorflow.keras.preprocessing.sequence``.
"""

from minikeras.preprocessing.series import TimeseriesGenerator
from minikeras.preprocessing.word_pairs import make_sampling_table, skipgrams
from minikeras.utils.sequences import pad_sequences

__all__ = ["TimeseriesGenerator", "make_sampling_table", "pad_sequences", "skipgrams"]
