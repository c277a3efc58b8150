"""Writes the course of a training for TensorBoard."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from minikeras import files, frames, settings
from minikeras.callbacks.callback import Callback
from minikeras.callbacks.event_files import EventFile
from minikeras.callbacks.logs import Logs
from minikeras.callbacks.reduce_lr_on_plateau import current_learning_rate
from minikeras.layers import Embedding
from minikeras.messages import describe
from minikeras.optimizers import Optimizer
from minikeras.optional import Library
from minikeras.types import Array

projector = Library("tensorboard.plugins.projector")
text_format = Library("google.protobuf.text_format")

# What TensorFlow would call the embeddings in a checkpoint.
_EMBEDDINGS = "layer_with_weights-0/embeddings/.ATTRIBUTES/VARIABLE_VALUE"


class TensorBoard(Callback):
    """Writes event files into ``log_dir/train`` and ``log_dir/validation``.

    epoch_<log>                        the logs of each epoch, and the learning rate
    batch_<log>                        the logs of batches
    evaluation_<log>_vs_iterations     the logs of ``evaluate``, by the number of updates
    <path>/histogram, <path>/image     the weights
    keras                              the layers of the model

    log_dir: the folder; ``tensorboard --logdir`` shows it.
    histogram_freq: the number of epochs between two histograms of all weights; 0 for none.
    write_graph: whether the config of a Sequential or functional model is written, from which
        TensorBoard draws its layers.  There is no graph of operations.
    write_images: whether weights are written as images too, at the epochs of the histograms:
        vectors and matrices, the first three kernels of other shapes.
    write_steps_per_second: whether the speed is written.
    update_freq: "epoch"; or a number of batches after which logs of batches are written; "batch"
        is 1.
    profile_batch: only 0: there is no profiler.
    embeddings_freq: the number of epochs between two files of weights, from which TensorBoard
        shows embeddings; 0 for none.
    embeddings_metadata: the file with the labels of embeddings, or a dict from names of Embedding
        layers to such files.

    The library ``tensorboard`` is needed, else ImportError; TensorFlow is not.
    Raises ValueError for ``profile_batch``, and for names that no Embedding layer has.

    Parity: with batches, what belongs to an epoch or an evaluation is written only if the number of
    its last batch is a multiple of ``update_freq``.
    """

    resumed: ClassVar[tuple[str, ...]] = ("_global_train_batch", "_global_test_batch")

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: int | str = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: str | Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        if profile_batch:
            raise ValueError(
                f"profile_batch must be 0, received {describe(profile_batch)}: minikeras has no "
                "profiler"
            )
        self.log_dir = str(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        self._global_train_batch = 0
        self._global_test_batch = 0
        self._files: dict[str, EventFile] = {}
        self._batches: list[tuple[EventFile, int]] = []  # of fit, and of evaluate within it
        self._times = {"batch": 0.0, "epoch": 0.0}
        self._iterations_before = 0

    def set_model(self, model: Any) -> None:
        self._model = model
        self._close()
        if self.write_graph:
            self._write_layers(self._file("train"))
        if self.embeddings_freq:
            self._describe_embeddings()

    # Files

    def _file(self, name: str) -> EventFile:
        if name not in self._files:
            self._files[name] = EventFile(os.path.join(self.log_dir, name))
        return self._files[name]

    def _close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files = {}
        self._batches = []

    def __getstate__(self) -> dict[str, Any]:
        """The attributes of a copy, which opens files of its own."""
        return vars(self) | {"_files": {}, "_batches": []}

    def _is_recording(self) -> bool:
        if not isinstance(self.update_freq, int) or not self._batches:
            return True
        return self._batches[-1][1] % self.update_freq == 0

    def _scalars(self, file: EventFile, step: int, values: Logs) -> None:
        if not self._is_recording():
            return
        for tag, value in values.items():
            if np.ndim(value) > 0:
                raise ValueError(
                    f"TensorBoard writes numbers, but {tag!r} has the shape {np.shape(value)}"
                )
            file.add_scalar(tag, value, step)

    # Training

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._global_train_batch = 0
        self._iterations_before = 0
        self._batches.append((self._file("train"), 0))

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._close()

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._global_train_batch += 1
        self._batches[-1] = self._file("train"), self._global_train_batch
        self._times["batch"] = time.time()

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if not isinstance(self.update_freq, int) or not self._is_recording():
            return
        values = {f"batch_{name}": value for name, value in (logs or {}).items()}
        if self.write_steps_per_second:
            duration = max(time.time() - self._times["batch"], 1e-9)
            values = {"batch_steps_per_second": 1 / duration, **values}
        self._scalars(self._file("train"), self._global_train_batch, values)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        if self.write_steps_per_second:
            self._iterations_before = int(np.asarray(self.model.optimizer.iterations))
            self._times["epoch"] = time.time()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs:
            self._write_epoch(epoch, logs)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            if self._is_recording():
                self._write_weights(epoch)
            self._file("train").flush()
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            name = f"keras_embedding.ckpt-{epoch}.weights.h5"
            self.model.save_weights(os.path.join(self.log_dir, "train", name))

    def _write_epoch(self, epoch: int, logs: Logs) -> None:
        own = {f"epoch_{k}": v for k, v in logs.items() if not k.startswith("val_")}
        validation = {f"epoch_{k[4:]}": v for k, v in logs.items() if k.startswith("val_")}
        optimizer = self.model.optimizer
        if isinstance(optimizer, Optimizer):
            own["epoch_learning_rate"] = current_learning_rate(optimizer)
        if self.write_steps_per_second:
            steps = int(np.asarray(optimizer.iterations)) - self._iterations_before
            duration = max(time.time() - self._times["epoch"], 1e-9)
            own["epoch_steps_per_second"] = steps / duration
        self._scalars(self._file("train"), epoch, own)
        if validation:
            self._scalars(self._file("validation"), epoch, validation)

    # Evaluation, also within fit

    def on_test_begin(self, logs: Logs | None = None) -> None:
        self._batches.append((self._file("validation"), self._global_test_batch))

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._global_test_batch += 1
        self._batches[-1] = self._file("validation"), self._global_test_batch

    def on_test_end(self, logs: Logs | None = None) -> None:
        optimizer, file = self.model.optimizer, self._file("validation")
        if isinstance(optimizer, Optimizer):
            values = {f"evaluation_{k}_vs_iterations": v for k, v in (logs or {}).items()}
            self._scalars(file, int(np.asarray(optimizer.iterations)), values)
        self._batches.pop()
        if not self._batches:  # this was no evaluation within fit
            self._close()

    # The model

    def _write_layers(self, file: EventFile) -> None:
        if type(self.model).__name__ not in ("Functional", "Sequential"):
            return
        try:
            text = self.model.to_json()
        except Exception as reason:  # a drawing is no reason to stop a training
            frames.warn(f"TensorBoard shows no layers of {self.model!r}: {reason}")
            return
        file.add_text("keras", text, 0, plugin="graph_keras_model")
        file.flush()

    def _write_weights(self, epoch: int) -> None:
        file = self._file("train")
        for layer in self.model.layers:
            for weight in layer.weights:
                name, values = weight.path.replace(":", "_"), weight.numpy()
                file.add_histogram(f"{name}/histogram", values, epoch)
                images = weight_as_images(values) if self.write_images else None
                if images is not None:
                    file.add_images(f"{name}/image", images, epoch)

    def _describe_embeddings(self) -> None:
        config = projector.ProjectorConfig()
        metadata = self.embeddings_metadata or {}
        names = [layer.name for layer in self.model.layers if isinstance(layer, Embedding)]
        if not isinstance(metadata, str) and not metadata.keys() <= {*names}:
            raise ValueError(
                f"embeddings_metadata must name Embedding layers, which are {', '.join(names)}; "
                f"received {describe(metadata)}"
            )
        for name in names:
            embedding = config.embeddings.add(tensor_name=_EMBEDDINGS)
            path = metadata if isinstance(metadata, str) else metadata.get(name)
            if path is not None:
                embedding.metadata_path = path
        os.makedirs(self.log_dir, exist_ok=True)
        with (
            files.written(os.path.join(self.log_dir, "projector_config.pbtxt")) as temporary,
            open(temporary, "w", encoding="utf-8") as file,
        ):
            file.write(text_format.MessageToString(config))


def weight_as_images(weight: Array) -> Array | None:
    """A weight as images (images, height, width, channels); None if its shape is that of none.

    A vector is a column, a matrix lies on its longer side, and of three axes the last one counts
    the images.  Axes of size 1 are left out first.
    """
    image = np.squeeze(weight)
    if image.ndim == 1:
        image = image[None, :, None, None]
    elif image.ndim == 2:
        image = (image.T if image.shape[0] > image.shape[1] else image)[None, :, :, None]
    elif image.ndim == 3:
        if settings.image_data_format() == "channels_last":
            image = np.moveaxis(image, -1, 0)
        image = image[..., None]
    return image if image.ndim == 4 and image.shape[-1] in (1, 3, 4) else None
