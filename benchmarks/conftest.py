"""What the measurements share: the kernels to run on, and what is kept of a run."""

import pytest

from minikeras import config


@pytest.fixture(params=["reference", "fast"])
def kernels(request):
    with config.use_kernels(request.param):
        yield request.param


def pytest_benchmark_update_machine_info(config, machine_info):
    """The processor and the versions matter, the name of the machine does not."""
    for name in ("node", "release"):
        machine_info.pop(name, None)


def pytest_benchmark_update_commit_info(config, commit_info):
    commit_info.pop("project", None)


def pytest_benchmark_update_json(config, benchmarks, output_json):
    for benchmark in output_json["benchmarks"]:
        benchmark["stats"].pop("data", None)
