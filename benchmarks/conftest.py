"""A fixture for both kernel sets, and which information is stored with the results."""

import pytest

from minikeras import config


@pytest.fixture(params=["reference", "fast"])
def kernels(request):
    with config.use_kernels(request.param):
        yield request.param


def pytest_benchmark_update_machine_info(config, machine_info):
    """Store the processor and the versions, without the name of the machine."""
    for name in ("node", "release"):
        machine_info.pop(name, None)


def pytest_benchmark_update_commit_info(config, commit_info):
    commit_info.pop("project", None)


def pytest_benchmark_update_json(config, benchmarks, output_json):
    for benchmark in output_json["benchmarks"]:
        benchmark["stats"].pop("data", None)
