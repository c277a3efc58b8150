"""MelSpectrogram and STFTSpectrogram against Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from parity_tests.checks.compare import both, check_misuse
from parity_tests.checks.layer import check_layer


def sound(*shape: int) -> Any:
    return np.random.default_rng(0).normal(size=shape).astype("float32")


SMALL = {"fft_length": 64, "sequence_stride": 16, "num_mel_bins": 8}


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"power_to_db": False},
        {"power_to_db": False, "mag_exp": 1.0, "window": "hamming"},
        {"sequence_length": 40, "top_db": 20.0, "ref_power": 3.0},
        {"min_freq": 300.0, "max_freq": 3000.0, "sampling_rate": 8000, "window": None},
    ],
)
def test_mel_spectrogram(config: Any) -> None:
    for shape in ((2, 300), (300,)):
        layers = both(lambda k: k.layers.MelSpectrogram(**SMALL, **config, name="subject"))
        ours, theirs = (np.asarray(layer(sound(*shape))) for layer in layers)
        assert ours.shape == theirs.shape
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(
            ours, theirs, rtol=2e-5, atol=2e-4 if "power_to_db" not in config else 1e-5
        )
        assert layers[0].get_config() == layers[1].get_config()
        shapes = [tuple(layer.compute_output_shape(shape)) for layer in layers]
        assert shapes[0] == shapes[1]


MODES = ["log", "magnitude", "psd", "real", "imag", "angle", "stft"]


@pytest.mark.parametrize("mode", MODES)
def test_stft_spectrogram(mode: str) -> None:
    for config in (
        {},
        {"frame_step": 5, "fft_length": 32, "window": "hamming", "scaling": "spectrum"},
        {"padding": "same", "expand_dims": True, "periodic": True, "scaling": None},
        {"window": None},
    ):
        if mode == "angle":  # where both parts are near 0, any angle is as good
            continue
        check_layer(
            "STFTSpectrogram",
            {"mode": mode, "frame_length": 16, **config},
            sound(2, 60, 2),
            scale=60.0,
        )


def test_angles() -> None:
    layers = both(lambda k: k.layers.STFTSpectrogram("angle", frame_length=16))
    x = sound(2, 60, 2)
    for layer in layers:
        layer.build(x.shape)
    ours, theirs = (np.asarray(layer(x)) for layer in layers)
    turns = np.abs(np.exp(1j * ours) - np.exp(1j * theirs))
    assert np.median(turns) < 1e-5


@pytest.mark.parametrize(
    ("name", "config", "named"),
    [
        ("MelSpectrogram", {"fft_length": 8, "sequence_length": 9}, "9"),
        ("STFTSpectrogram", {"mode": "power"}, "power"),
        ("STFTSpectrogram", {"frame_step": 0}, "frame_step=0"),
        ("STFTSpectrogram", {"fft_length": 8}, "fft_length=8"),
        ("STFTSpectrogram", {"scaling": "sum"}, "sum"),
        ("STFTSpectrogram", {"padding": "causal"}, "causal"),
        ("STFTSpectrogram", {"window": "none of these"}, "window"),
    ],
)
def test_wrong_arguments(name: str, config: Any, named: str) -> None:
    check_misuse(ValueError, lambda k: getattr(k.layers, name)(**config), named)
