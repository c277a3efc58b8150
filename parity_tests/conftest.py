"""Environment variables for Keras, Hypothesis's profiles, and a fixture for both kernel sets."""

import gc
import os

os.environ["KERAS_BACKEND"] = "tensorflow"  # before anything imports keras
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # oneDNN's conv2d returns garbage for some shapes

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

# The examples of a test share fixtures of module scope.
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("dev", settings.get_profile("ci"), derandomize=False, max_examples=10)
settings.register_profile("deep", settings.get_profile("ci"), derandomize=False, max_examples=2000)
settings.register_profile(  # for planted mistakes, where only the failure matters
    "planted",
    settings.get_profile("ci"),
    database=None,
    max_examples=100,
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
)
settings.load_profile(os.getenv("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(params=["reference", "fast"], scope="module")
def kernel_set(request: pytest.FixtureRequest) -> Iterator[str]:
    """Runs a test twice: on the NumPy kernels and on their compiled twins."""
    from minikeras import config

    with config.use_kernels(request.param):
        yield request.param


# The files that take longest, of which some have few tests.  They begin first: a worker that took
# one of them last would work alone at the end.
LONGEST = (
    *("training/test_curves.py", "test_cli.py", "house/test_planted_kernel_mistakes.py"),
    *("test_warm_up.py", "applications/test_architectures.py", "trainings/test_trainings.py"),
    *("ops/test_dtypes.py", "kernels/test_plain_python.py", "parity/test_lockstep_loops.py"),
    "scripts/test_scripts.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    paths = [f"parity_tests/{name}" for name in LONGEST]
    items.sort(key=lambda item: paths.index(p) if (p := item.location[0]) in paths else len(paths))


def pytest_collection_finish() -> None:
    """Exempt what the imports have made from garbage collection; it stays to the end anyway.

    Keras's ``clear_session`` collects garbage, unless ``free_memory`` is False.  Each time it would
    look through the 500,000 objects of TensorFlow and Keras, which takes 0.3 s.
    """
    gc.collect()
    gc.freeze()
