"""Writes ``docs/scripts.md``: ``python -m parity_tests.scripts.page [--lines] [SCRIPT ...]``.

SCRIPT: names of scripts to run; the other rows stay as they are. By default all are run.
--lines: compare what is printed, once, and leave the seconds as they are; "–" if not measured yet.
"""

from __future__ import annotations

import ast
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from parity_tests.house.sources import ROOT
from parity_tests.scripts import cache, printed, server
from parity_tests.scripts.running import (
    FRAMEWORKS,
    SCRIPTS,
    Server,
    difference,
    environment,
    servers,
    with_both,
)

PAGE = ROOT / "docs" / "scripts.md"
REPETITIONS = 3
TEXT = """# Teaching scripts

{count} scripts as teachers publish them: tutorials and chapters of books, shortened to small data
that they make or that scikit-learn has. Some import `keras`, some `tensorflow.keras`. Each runs
unmodified with Keras (`python script.py`) and with minikeras (`minikeras run script.py`), from the
seed that it sets itself. Both must print the same lines: summaries, progress bars, losses, metrics,
predictions. Only times are left out (`12ms/step`).

The tests run all of them; a script joins by being in the folder `parity_tests/scripts/teaching`.
`python -m parity_tests.scripts FILE ...` runs any other ones and shows where they differ. The data
sets of `keras.datasets` are read from a cache with small files of the same format.

The seconds are the processor time of whole processes, imports included: medians of {repetitions}
runs of each, in turns. They count all threads, and do not depend on what else the machine does.
`python -m parity_tests.scripts.page` makes this page.

| script | what it shows | epochs | lines printed | lines that differ | Keras | minikeras |
|---|---|---|---|---|---|---|"""


def main(arguments: list[str]) -> None:
    rows, chosen = listed(), [name for name in arguments if name != "--lines"]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "home")
        cache.fill(home)
        with servers(Path(folder)) as pair:
            for script in SCRIPTS:
                if script.stem in chosen or not chosen:
                    if "--lines" in arguments:
                        times = rows.get(script.stem, " – | – |").split(" | ")[-2:]
                    else:
                        times = [f"{time:.1f} s" for time in seconds(script, home)]
                    rows[script.stem] = row(script, pair, times)
                    print(rows[script.stem], flush=True)
                    write(rows)


def write(rows: dict[str, str]) -> None:
    """The page with the rows that are known."""
    known = [rows[script.stem] for script in SCRIPTS if script.stem in rows]
    table = "\n".join([TEXT.format(count=len(known), repetitions=REPETITIONS), *known])
    PAGE.write_text(f"{table}\n")


def listed() -> dict[str, str]:
    """The rows of the page as it stands, by the name of the script."""
    lines = PAGE.read_text().splitlines() if PAGE.exists() else []
    return {line.split("`")[1]: line for line in lines if line.startswith("| `")}


def row(script: Path, pair: list[Server], times: list[str]) -> str:
    theirs, ours = with_both(pair, script)
    changed = [line for line in difference(theirs, ours)[2:] if line[0] in "-+"]
    epochs, lines = printed.epochs(theirs.text), len(theirs.lines)
    cells = [f"`{script.stem}`", shows(script), epochs, lines, len(changed), *times]
    return f"| {' | '.join(str(cell).strip(' |') for cell in cells)} |"


def shows(script: Path) -> str:
    """The first paragraph of a script's docstring."""
    text = ast.get_docstring(ast.parse(script.read_text())) or ""
    return " ".join(text.partition("\n\n")[0].split()).rstrip(".")


def seconds(script: Path, home: Path) -> list[float]:
    """Processor time of whole processes: medians, with Keras and with minikeras in turns."""
    times: dict[str, list[float]] = {framework: [] for framework in FRAMEWORKS}
    for _ in range(REPETITIONS):
        for framework in FRAMEWORKS:
            command = [sys.executable, "-m", server.__name__, framework, str(script)]
            with tempfile.TemporaryDirectory() as here:
                before = used()
                subprocess.run(
                    command, cwd=here, env=environment(home), capture_output=True, check=True
                )
                times[framework].append(used() - before)
    return [statistics.median(times[framework]) for framework in FRAMEWORKS]


def used() -> float:
    """Processor time of the processes that have ended, in seconds."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main(sys.argv[1:])
