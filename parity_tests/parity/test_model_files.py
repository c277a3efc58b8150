"""Models and data of files: what is refused before it is loaded, and what is done with both."""

import pickle
import zipfile

import keras
import numpy as np
import pytest

import minikeras
from minikeras.parity import BadFile, model_files
from minikeras.parity.recorder import Recorder

X, Y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")


def write(path, **arrays):
    np.savez(path, **arrays)
    return path


def test_data_are_read(tmp_path):
    read = model_files.read_data(write(tmp_path / "d.npz", x=X, y=Y, sample_weight=Y[:, 0]))
    assert list(read) == ["x", "y", "sample_weight"] and np.array_equal(read["x"], X)
    read = model_files.read_data(write(tmp_path / "d.npz", **{"x/a": X, "x/b": Y, "y": Y}))
    assert list(read["x"]) == ["a", "b"] and np.array_equal(read["x"]["b"], Y)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"y": Y}, r"no array x; they have \['y'\]"),
        ({"x": X, "z": Y}, "an array 'z'; expected x, y, sample_weight"),
        ({"x": X, "x/a": X}, "an array 'x/a'; expected"),
        ({"x": X, "y": Y[:3]}, r"different lengths: \{'x': 8, 'y': 3\}"),
        ({"x": X, "y": np.array([{}] * 8)}, "cannot read the data .* Object arrays"),
        ({"x": np.float32(1), "y": Y}, r"different lengths: \{'x': 0, 'y': 8\}"),
    ],
)
def test_data_that_do_not_fit_are_told(arrays, message, tmp_path):
    with pytest.raises(BadFile, match=message):
        model_files.read_data(write(tmp_path / "d.npz", **arrays))


def test_a_file_that_holds_no_arrays_is_told(tmp_path):
    with pytest.raises(BadFile, match=r"cannot open the data .*No such file"):
        model_files.read_data(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("x, y")
    with pytest.raises(BadFile, match=r"cannot read the data .*np.savez"):
        model_files.read_data(tmp_path / "text.npz")
    np.save(tmp_path / "x.npy", X)
    with pytest.raises(BadFile, match=r"cannot read the data .*one array without a name"):
        model_files.read_data(tmp_path / "x.npy")


def test_a_harmful_model_is_not_loaded(tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(pickle.dumps([1]))
    with pytest.raises(BadFile, match=r"is not loaded: file: this is a pickle.*minikeras inspect"):
        model_files.check_model(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{")
    with pytest.raises(BadFile, match="is not loaded"):
        model_files.check_model(path)
    with pytest.raises(BadFile, match=r"cannot open the model .*No such file"):
        model_files.check_model(tmp_path / "none.keras")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    model = minikeras.Sequential([minikeras.layers.Input((2,)), minikeras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    model.layers[-1].bias.assign([7.0])
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    model.save(path)
    return str(path)


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # NumPy, of TensorFlow's arrays
@pytest.mark.parametrize("library", [minikeras, keras], ids=["minikeras", "keras"])
@pytest.mark.parametrize("arrays", [{"x": X}, {"x": X, "y": Y}], ids=["x", "xy"])
def test_what_is_done_with_a_model(library, arrays, saved, tmp_path):
    """The recorder's hooks do not keep a loaded model from being compiled."""
    model_files.check_model(saved)
    data = write(tmp_path / "d.npz", **arrays)
    recorder = Recorder(library)
    with recorder.recording():
        model_files.train(library, saved, data, seed=0, epochs=2, batch_size=4)
    found, held = recorder.finish()
    assert held["models/0/initial/1"].tolist() == [7.0]  # of the file, not of the initializer
    counts = [len(found[what]) for what in ("predictions", "evaluations", "fits")]
    assert counts == ([1, 1, 1] if "y" in arrays else [1, 0, 0])
    if "y" in arrays:
        assert len(found["fits"][0]["logs"]) == 2 and "mae" in found["fits"][0]["logs"][0]
