"""Measures minikeras and every installed peer alternately: ratios of times, peer over minikeras.

    python -m benchmarks.compare [--task iris --task import ...] [--runs 7] [--peer torch ...]

Each peer runs in a process of its own (`benchmarks.peer`), which is blocked while another one is
measured. A ratio is computed from two measurements of one round; the table has the median and the
quartiles of the rounds. Every library runs with its defaults: environment variables that would tune
one of them are removed.
"""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markdown import Markdown

from benchmarks.peer import PACKAGES
from benchmarks.table import OURS, ROWS, TITLES, markdown, summarise

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "comparison"
TUNING = (
    *("BLIS_", "GOMP_", "GOTO_", "JAX_", "KERAS_", "KMP_", "MINIKERAS_", "MKL_", "NUMBA_", "OMP_"),
    *("OPENBLAS_", "PYTHONDONTWRITEBYTECODE", "PYTORCH_", "TF_", "TORCH_", "XLA_"),
)
PAUSE = 0.3  # seconds after which the threads of the last peer no longer spin
QUIET = 0.1  # fraction of the CPU time that other processes may use during a measurement
PROCESSORS = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
LINEAR = {"mlp": 2048, "cnn": 1024}  # samples of the larger measurements
TASKS = list(dict.fromkeys(row.task for row in ROWS))

Answer = dict[str, Any]


def environment(**more: str) -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(TUNING)} | more


def cold_cache(folder: str) -> dict[str, str]:
    """Environment variables for an empty cache of compiled kernels in `folder`."""
    return {"NUMBA_CACHE_DIR": folder, "XDG_CACHE_HOME": folder}


class Peer:
    """A worker process, started at the first request and again after it has ended."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.process: subprocess.Popen[str] | None = None

    def ask(self, **request: Any) -> Answer:
        if self.process is None:
            pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            pipes |= {"stderr": subprocess.DEVNULL, "text": True}
            command = [sys.executable, "-m", "benchmarks.peer", self.name]
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment(), **pipes)
        assert self.process.stdin and self.process.stdout
        with suppress(BrokenPipeError):
            print(json.dumps(request), file=self.process.stdin, flush=True)
        if line := self.process.stdout.readline():
            answer: Answer = json.loads(line)
            return answer
        code, self.process = self.process.wait(), None
        return {"error": f"the worker ended with {code}"}

    def close(self) -> None:
        if self.process is not None:
            self.process.communicate()


def process(arguments: Sequence[str], **variables: str) -> Answer:
    """Run a new interpreter; returns its wall time, its CPU time and its output."""
    start = time.perf_counter()
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=environment(**variables), **pipes) as child:
        assert child.stdout and child.stderr
        errors, output = child.stderr.read(), child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        return {"error": (errors.strip().splitlines() or [f"code {child.returncode}"])[-1]}
    return {"value": seconds, "cpu": usage.ru_utime + usage.ru_stime, "output": output}


def importing(name: str) -> Answer:
    """Seconds of the import statement, with cached bytecode; `process`: of the whole process."""
    code = (
        "import time; start = time.perf_counter(); "
        f"import {PACKAGES[name][0]}; print(time.perf_counter() - start)"
    )
    backend = name.partition("keras-")[2]
    answer = process(["-c", code], **({"KERAS_BACKEND": backend} if backend else {}))
    if "error" in answer:
        return answer
    return {"value": float(answer["output"]), "process": answer["value"], "cpu": answer["cpu"]}


def first_epoch(name: str, cold: bool = False) -> Answer:
    """A process that imports, builds the CNN and trains one epoch."""
    with tempfile.TemporaryDirectory() as folder:
        variables = cold_cache(folder) if cold else {}
        answer = process(["-m", "benchmarks.peer", name, "first-epoch", "cnn"], **variables)
    if "output" in answer:
        answer["megabytes"] = float(answer.pop("output").split()[-1])
    return answer


def busy() -> float:
    """CPU seconds of all processors since the system started; 0 if the system does not tell."""
    try:
        user, nice, system, _, _, *more = map(int, Path("/proc/stat").read_text().split()[1:9])
    except (OSError, ValueError):
        return 0.0
    return (user + nice + system + sum(more)) / os.sysconf("SC_CLK_TCK")


def quietly(measure: Callable[[], Answer], patience: float) -> Answer:
    """Measure until other processes use little CPU time; returns the least disturbed answer.

    Threads that wait for each other are slowed down most when one of them loses its processor. The
    measured time itself does not decide which answer is returned.
    """
    tries: list[Answer] = []
    end = time.perf_counter() + patience
    while not tries or (tries[-1]["others"] > QUIET and time.perf_counter() < end):
        time.sleep(PAUSE)
        before, start = busy(), time.perf_counter()
        answer = measure()
        if "error" in answer:
            return answer
        seconds = (time.perf_counter() - start) * PROCESSORS
        answer["others"] = max(0.0, busy() - before - answer["cpu"]) / seconds
        tries.append(answer)
    return min(tries, key=lambda answer: answer["others"])


def in_turns(
    task: str, peers: dict[str, Peer], runs: int, shuffle: bool, patience: float
) -> dict[str, Any]:
    """The answers of all peers to a task, `runs` of each, and the errors of those that fail."""
    fresh: dict[str, Callable[[str], Answer]] = {
        "import": importing,
        "fresh": first_epoch,
        "fresh-cold": lambda name: first_epoch(name, cold=True),
    }
    if task in fresh:
        measure = fresh[task]
        # A first run, which is not counted, fills the caches of bytecode, kernels and files.
        prepared = {n: {} if task == "fresh-cold" else measure(n) for n in peers}
    else:
        kind, _, workload = task.rpartition("-")
        measure = lambda name: peers[name].ask(do=kind or "fit")  # noqa: E731
        opening = {"do": "open", "workload": workload, "shuffle": shuffle}
        prepared = {n: peer.ask(**opening) for n, peer in peers.items()}
    errors = {n: a["error"] for n, a in prepared.items() if "error" in a}
    sizes = {n: a["parameters"] for n, a in prepared.items() if "parameters" in a}
    if len(set(sizes.values())) > 1:
        raise SystemExit(f"{task}: the peers' models differ in their number of weights: {sizes}")
    answers: dict[str, list[Answer]] = {n: [] for n in peers if n not in errors}
    for _ in range(runs):
        for name in list(answers):
            answer = quietly(partial(measure, name), patience)
            if "error" in answer:
                errors[name] = answer["error"]
                del answers[name]
            else:
                answers[name].append(answer)
    return {"parameters": sizes, "errors": errors, "answers": answers}


def linearity(peer: Peer, runs: int, patience: float) -> list[dict[str, Any]]:
    """minikeras alone: a step for four batch sizes, an epoch for four numbers of samples."""
    series = []
    for name, most in LINEAR.items():
        for what, points in {
            "batch": [(batch, most, batch) for batch in (16, 32, 64, 128)],
            "samples": [(most * k // 4, most * k // 4, 32) for k in (1, 2, 4, 8)],
        }.items():
            figures = []
            for point, samples, batch in points:
                opened = peer.ask(do="open", workload=name, samples=samples, batch=batch)
                if "error" in opened:
                    raise SystemExit(f"linearity, {name}: {opened['error']}")
                ask = partial(peer.ask, do="fit")
                step = statistics.median(quietly(ask, patience)["value"] for _ in range(runs))
                figures.append((point, step * (1 if what == "batch" else samples / batch)))
            (a, ta), *_, (b, tb) = figures
            power = math.log(tb / ta) / math.log(b / a)
            series.append({"workload": name, "of": what, "points": figures, "power": power})
    return series


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


@click.command(help=__doc__)
@click.option("--task", "tasks", multiple=True, type=click.Choice([*TASKS, "linearity"]))
@click.option("--peer", "chosen", multiple=True, type=click.Choice(list(TITLES)))
@click.option("--runs", default=7, show_default=True)
@click.option(
    "--patience",
    default=10.0,
    show_default=True,
    help="Seconds during which a disturbed measurement is repeated.",
)
@click.option("--shuffle", is_flag=True, help="Each peer shuffles as its `fit` does by default.")
@click.option("--output", type=click.Path(path_type=Path), help="Write OUTPUT.json and OUTPUT.md.")
def main(
    tasks: tuple[str, ...],
    chosen: tuple[str, ...],
    runs: int,
    patience: float,
    shuffle: bool,
    output: Path | None,
) -> None:
    console = Console()
    if not tasks and not chosen and runs >= 7:
        output = output or RESULTS  # shorter comparisons are printed but not saved
    peers = {
        name: Peer(name)
        for name, packages in PACKAGES.items()
        if name == OURS or (name in (chosen or TITLES) and all(map(find_spec, packages)))
    }
    about = {name: peer.ask(do="about")["versions"] for name, peer in peers.items()}
    wanted = tasks or (*TASKS, "linearity")
    document: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": processor(),
        "processors": PROCESSORS,
        "python": platform.python_version(),
        "versions": about,
        "runs": runs,
        "shuffle": shuffle,
        "rows": [],
        "linearity": [],
        "measured": {},
    }

    def save() -> None:
        if output is not None:
            output.parent.mkdir(parents=True, exist_ok=True)
            output.with_suffix(".json").write_text(json.dumps(document, indent=1) + "\n")
            output.with_suffix(".md").write_text(markdown(document))

    for task in [task for task in TASKS if task in wanted]:
        console.print(f"[dim]{task}[/]: {', '.join(peers)}")
        document["measured"][task] = in_turns(task, peers, runs, shuffle, patience)
        done = document["measured"]
        document["rows"] = [summarise(r, done[r.task]) for r in ROWS if r.task in done]
        save()
    if "linearity" in wanted:
        console.print("[dim]linearity[/]: minikeras")
        document["linearity"] = linearity(peers[OURS], min(runs, 3), patience)
        save()
    for peer in peers.values():
        peer.close()
    console.print(Markdown(markdown(document)))


if __name__ == "__main__":
    main()
