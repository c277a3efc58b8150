"""The command line: what it prints and writes, and its exit codes."""

import functools
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import minikeras
from minikeras.autograd import tensor
from minikeras.cli import main
from minikeras.ops import operators
from minikeras.parity.command import verify as verify_command
from minikeras.parity.comparison import NothingToCompare
from minikeras.parity.examples import EXAMPLES
from parity_tests.parity.schema import errors

IS_DEEP = os.getenv("HYPOTHESIS_PROFILE") == "deep"
BEGIN = """
import numpy as np
import keras

ours = keras.backend.backend() == "numpy"
"""
SCRIPT = f"""{BEGIN}
keras.utils.set_random_seed(2)
x = np.random.default_rng(0).normal(size=(24, 3))
model = keras.Sequential(
    [keras.layers.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1)]
)
model.compile("sgd", "mse")
{{0}}
model.fit(x, x[:, :1], batch_size=8, epochs=2, verbose=0)
model.evaluate(x, x[:, :1], verbose=0)
"""


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("argv", "path", "meta_path"):  # which `run` changes, for this process
        monkeypatch.setattr(sys, name, [*getattr(sys, name)])
    for place, name in ((operators._numpy, "gives_arrays"), (tensor._text, "is_tensorflows")):
        monkeypatch.setattr(place, name, getattr(place, name))
    # Most tests do without the third training, which takes as long as the others.
    monkeypatch.setitem(verify_command.context_settings, "default_map", {"onednn": False})
    return lambda *arguments: CliRunner().invoke(main, [str(a) for a in arguments])


def write(text):
    Path("script.py").write_text(text)
    return "script.py"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["verify"], "Missing argument"),
        (["verify", "iris"], "neither a script.py nor a model.keras"),
        (["verify", "no_such.py"], "there is no script 'no_such.py'"),
        (["verify", "iris-mlp", "more"], "takes no arguments, got 'more'"),
        (["verify", "iris-mlp", "--epochs", "0"], "--epochs"),
        (["verify", "iris-mlp", "--epochs", "two"], "--epochs"),
        (["verify", "iris-mlp", "--batch-size", "-1"], "--batch-size"),
        (["verify", "iris-mlp", "--seed", "-1"], "--seed"),
        (["verify", "iris-mlp", "--floatx", "float16"], "--floatx"),
        (["verify", "iris-mlp", "--kernels", "slow"], "--kernels"),
        (["verify", "iris-mlp", "--optimizer", "lion"], "--optimizer"),
        (["verify", "iris-mlp", "--report", "no/where.html"], "there is no folder 'no'"),
        (["verify", "iris-mlp", "--json", "."], "is a directory"),
        (["verify", "iris-mlp", "--fast"], "takes no arguments, got '--fast'"),
        (["verify", "--fast", "iris-mlp"], "no option '--fast'"),
        (["verify", "iris-mlp", "--reprot", "a.html"], "did you mean --report?"),
        (["verify", "iris-mlp", "--jsn=a"], "Put the script's own options after `--`"),
        (["verify", "no.keras"], "there is no model 'no.keras'"),
        (["verify", "iris-mlp", "--data", "d.npz"], "--data is for a model in a file"),
        (["verify", "iris-mlp", "--backend", "mxnet"], "--backend"),
        (["verify", "iris-mlp", "--backend", "jax"], "needs a model in a file"),
        (["train"], "Missing argument"),
        (["train", "iris"], "iris-mlp"),
        (["train", "iris-mlp", "--plot", "no/where.png"], "there is no folder 'no'"),
        (["run"], "Missing argument"),
        (["run", "no_such.py"], "does not exist"),
        (["learn"], "No such command"),
    ],
)
def test_bad_use(arguments, message, invoke):
    result = invoke(*arguments)
    assert result.exit_code == 2 and message in result.output
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("option", "owner"),
    [
        ("--epochs", "the examples"),
        ("--batch-size", "the examples"),
        ("--data", "a model in a file"),
    ],
)
def test_a_scripts_own_decisions(option, owner, invoke):
    result = invoke("verify", write("import keras"), option, 3)
    assert result.exit_code == 2 and f"{option} is for {owner}" in result.output
    assert f"an option {option} of script.py follows after `--`" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "a model needs data"),
        (["--data", "d.npz", "more"], "takes no arguments, got 'more'"),
        (["--data", "d.npz", "--optimizer", "sgd"], "a model has its own"),
        (["--data", "d.npz"], "is not loaded: file: this is a pickle"),
    ],
)
def test_bad_use_of_a_model(arguments, message, invoke):
    Path("model.keras").write_bytes(b"\x80\x04.")
    result = invoke("verify", "model.keras", *arguments)
    assert result.exit_code == 2 and message in " ".join(result.output.split())


def test_verify_a_model(invoke):
    """And with it what is asked for beside: the user's own setting, and the steps."""
    layers = minikeras.layers
    model = minikeras.Sequential([layers.Input((3,)), layers.Dense(2, name="output")], name="net")
    model.compile("sgd", "mse")
    model.save("model.keras")
    x = np.random.default_rng(0).normal(size=(16, 3)).astype("float32")
    np.savez("data.npz", x=x, y=x[:, :2])
    result = invoke(
        *("verify", "model.keras", "--data", "data.npz", "--batch-size", 8, "--onednn"),
        *("--locate", "--steps", 2, "--json", "data.json"),
    )
    assert result.exit_code == 0, result.output
    shown = " ".join(result.output.split())
    assert "Step by step: 2 steps of fit: same algorithm" in shown
    assert "Keras as your programs run it" in shown
    found = json.loads(Path("data.json").read_text())
    assert errors(found, "verify") == [] and found["users_default"]["fits"][0]["metrics"]["loss"]
    page = Path("verify-model.html").read_text()
    assert "Step by step: fit" in page and "Your own programs" in page and "your own Keras" in page


@pytest.mark.parametrize(
    ("command", "missing", "extra"),
    [
        ("verify", "tensorflow", "verify"),
        ("verify", "jinja2", "verify"),
        ("train", "sklearn", "examples"),
        ("train", "matplotlib", "examples"),
    ],
)
def test_what_is_not_installed_is_said(command, missing, extra, invoke, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == missing else found(name)
    )
    result = invoke(command, "iris-mlp")
    assert result.exit_code == 2
    assert f"pip install -e '.[{extra}]'" in result.output


@pytest.mark.parametrize("command", ["verify", "train"])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_lists_the_examples(command, option, invoke):
    result = invoke(command, option)
    assert result.exit_code == 0
    assert all(name in "".join(result.output.split()) for name in EXAMPLES)


def test_the_command_is_installed():
    program = [sys.executable, "-m", "minikeras.cli", "--version"]
    answer = subprocess.run(program, capture_output=True, text=True, check=True).stdout
    assert answer.startswith("minikeras, version 0.1.")


def test_verify_an_example(invoke):
    result = invoke(
        *("verify", "digits-cnn", "--epochs", 2, "--seed", 3, "--floatx", "float64"),
        *("--batch-size", 64, "--report", "page.html", "--json", "data.json"),
    )
    assert result.exit_code == 0, result.output
    assert "SAME: " in result.output and "bit-equal" in result.output
    found = json.loads(Path("data.json").read_text())
    assert found["options"]["epochs"] == 2 and found["options"]["batch_size"] == 64
    assert found["floatx"] == "float64" and found["verdict"]["tolerance"] == 1e-10
    assert len(found["fits"][0]["epochs"]) == 2
    initial = [variable["initial"]["relative"] for variable in found["models"][0]["variables"]]
    assert len(initial) == 8 + 1 and set(initial) == {0.0}  # the state of the dropout's seed
    assert "The same" in Path("page.html").read_text()


# The tests of training compare the curves of all examples; here it is the command's verdict.
SMALL = sorted(set(EXAMPLES) - {"digits-cnn"})


@pytest.mark.parametrize("name", SMALL if IS_DEEP else ["breast-cancer-binary"])
def test_every_example_is_within_in_float32(name, invoke):
    result = invoke("verify", name, "--epochs", 3)
    assert result.exit_code == 0, result.output
    assert Path(f"verify-{name}.html").exists()


def test_verify_a_script(invoke):
    result = invoke(
        "verify",
        write("import sys; assert sys.argv[1:] == ['--fast']" + SCRIPT.format("")),
        "--fast",
    )
    assert result.exit_code == 0, result.output
    assert "Evaluations" in result.output and Path("verify-script.html").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["-path", "data"],
        ["--port", "5", "-n", "3"],
        ["-h"],
        ["--", "--reprot", "a.html", "--help"],
    ],
)
def test_options_of_the_script(arguments, invoke, monkeypatch):
    received = []

    def stop(target, arguments, **_):
        received.extend(arguments)
        raise NothingToCompare("enough")

    monkeypatch.setattr("minikeras.parity.command.compare_frameworks", stop)
    result = invoke("verify", write("import keras"), *arguments)
    assert result.exit_code == 2 and "enough" in result.output
    assert received == [argument for argument in arguments if argument != "--"]


def test_run_passes_options_on(invoke):
    result = invoke("run", write("import sys; print(sys.argv[1:])"), "-path", "-h", "--reprot")
    assert result.output == "['-path', '-h', '--reprot']\n"


def test_another_seed_is_different(invoke):
    result = invoke("verify", write(SCRIPT.format("keras.utils.set_random_seed(4 + ours)")))
    assert result.exit_code == 1 and "DIFFERENT: " in result.output, result.output
    assert "the curves differ: fit, epoch 1, " in " ".join(result.output.split())
    assert "Different" in Path("verify-script.html").read_text()


@pytest.mark.parametrize(
    ("line", "exit_code", "words"),
    [
        ("raise ValueError('wrong in both')", 2, "fails under both frameworks"),
        ("if not ours: raise ValueError('wrong')", 1, "fails under Keras only"),
        ("if ours: raise ValueError('wrong in ours')", 3, "fails under minikeras only"),
        ("exit(0)", 0, None),
    ],
)
def test_scripts_that_end_early(line, exit_code, words, invoke):
    result = invoke("verify", write((BEGIN if words else SCRIPT.format("")) + line))
    assert result.exit_code == exit_code, result.output
    if words:
        shown = " ".join(result.output.split())
        assert words in shown and "ValueError" in shown and "script.py, line" in shown
        assert "failed" in shown and "Traceback" not in shown and "cli.py" not in shown
        assert not Path("verify-script.html").exists()


def test_an_internal_error_has_an_exit_code_of_its_own(invoke, monkeypatch):
    def broken(*_, **__):
        raise KeyError("lost")

    monkeypatch.setattr("minikeras.parity.command.compare_frameworks", broken)
    result = invoke("verify", "iris-mlp")
    assert result.exit_code == 4 and "verify itself failed: KeyError: 'lost'" in result.output
    assert "--debug prints the traceback" in result.output and "Traceback" not in result.output
    assert "Traceback" in invoke("verify", "iris-mlp", "--debug").output


def test_a_script_that_trains_nothing(invoke):
    result = invoke("verify", write("import keras"))
    assert result.exit_code == 2 and "the script made no model" in result.output


def test_errors_of_a_script_show_its_own_frames(tmp_path):
    (tmp_path / "script.py").write_text("def broken():\n    raise ValueError('here')\n\n\nbroken()")
    command = [sys.executable, "-m", "minikeras.cli", "run", str(tmp_path / "script.py")]
    result = subprocess.run(command, capture_output=True, text=True)
    lines = result.stderr.splitlines()
    assert result.returncode == 1 and lines[0].startswith("Traceback") and "line 5" in lines[1]
    assert lines[-1] == "ValueError: here" and "cli.py" not in result.stderr


@pytest.mark.parametrize("command", ["run", "verify"])
def test_ctrl_c(command, tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import pathlib, time\npathlib.Path('begun').touch()\ntime.sleep(60)")
    process = subprocess.Popen(
        [sys.executable, "-m", "minikeras.cli", command, str(script)],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A shell lets what it runs in the background ignore the signal, tests included.
        preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    while not (tmp_path / "begun").exists():
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130 and errors.splitlines()[-1] == "Interrupted"
    assert "Traceback" not in errors
    orphans = [c for c in Path("/proc").glob("[0-9]*/cmdline") if str(script) in _read(c)]
    assert orphans == []


def _read(path):
    try:
        return path.read_text()
    except OSError:  # the process has ended
        return ""


def test_train(invoke):
    result = invoke("train", "iris-mlp", "--epochs", 2, "--optimizer", "sgd")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == "Epoch 1/2" and re.match(r"8/8 - \d+s - ", lines[1])
    assert lines[-1] == "Plot: train-iris-mlp.png"
    assert Path("train-iris-mlp.png").read_bytes().startswith(b"\x89PNG")
