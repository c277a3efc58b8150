"""Sounds in folders as a data set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minikeras import frames
from minikeras.messages import describe
from minikeras.types import Array
from minikeras.utils.directories import Options, datasets_of
from minikeras.utils.wave_files import decoded


@frames.filter_traceback
def audio_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    sampling_rate: int | None = None,
    output_sequence_length: int | None = None,
    ragged: bool = False,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    verbose: bool = True,
) -> Any:
    """Sounds in a folder, which has a folder for each class, as a data set of batches.

    directory: the folder. Files that end with .wav are read; they hold 16-bit PCM.
    labels, label_mode, class_names: see ``image_dataset_from_directory``.
    batch_size: sounds in a batch; None for single ones.
    sampling_rate: must be None: sounds keep their own rate.
    output_sequence_length: the number of samples to which sounds are cut off or filled up with 0;
        None for that of the longest one of each batch.
    ragged: must be False: there are no ragged tensors here.
    shuffle, seed, validation_split, subset: see ``image_dataset_from_directory``.
    follow_links: whether to enter folders that are symbolic links.
    verbose: whether to print how many files there are.

    Returns a data set of float32 sounds (batch, samples, channels) in [−1, 1), or of pairs with
    their labels. It has ``class_names``. With ``subset="both"``, a tuple of two.

    Raises ValueError for bad arguments and a folder without sounds, ImportError, as Keras does
    without tensorflow_io, for a ``sampling_rate``, OSError for a folder that is not there; when a
    batch is read, ValueError that names a file of another format.
    """
    if ragged:
        raise ValueError(
            "ragged=True; there are no ragged tensors here: without it, sounds are filled up with 0"
        )
    if sampling_rate is not None:
        if not isinstance(sampling_rate, int) or sampling_rate <= 0:
            raise ValueError(
                f"sampling_rate={describe(sampling_rate)}; expected an integer above 0, or None"
            )
        raise ImportError(
            f"sampling_rate={sampling_rate} needs tensorflow_io, which minikeras does not use; "
            "resample the files beforehand and pass sampling_rate=None"
        )

    def read(path: str) -> Array:
        return decoded(path, output_sequence_length)

    options = Options(
        directory=directory,
        labels=labels,
        label_mode=label_mode,
        class_names=class_names,
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        validation_split=validation_split,
        subset=subset,
        follow_links=follow_links,
        format="tf",
        verbose=verbose,
    )
    is_padded = output_sequence_length is None
    made = datasets_of(options, (".wav",), "audio file", read, is_padded=is_padded)
    return tuple(made) if isinstance(made, list) else made
