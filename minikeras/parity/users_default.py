"""What Keras does without the verifier's setting: TensorFlow's oneDNN is on by default."""

from __future__ import annotations

import os
from typing import Any

from minikeras.parity import runs
from minikeras.parity.comparison import Document, compare

SETTING = "TF_ENABLE_ONEDNN_OPTS"


def environment() -> dict[str, str | None]:
    """The setting that the user's own programs have; None if it is not set."""
    return {SETTING: os.environ.get(SETTING)}


def measure(job: dict[str, Any], reference: runs.Run) -> Document:
    """Train once more with Keras, with the user's own setting, and compare with `reference`.

    Returns the setting, the words of the comparison, and the curves; or the error that it stopped
    with.
    """
    setting = environment()[SETTING]
    about: Document = {"setting": f"{SETTING}={setting or 'unset, which means 1'}", "error": None}
    try:
        run = runs.run("keras", job, environment=environment())
    except runs.Failure as failure:
        return about | {"error": f"{failure.type}: {failure.message}", "same": False, "fits": []}
    compared = compare(run, reference)
    verdict = compared["verdict"]
    return about | {
        "same": verdict["same"],
        "decided_by": verdict["decided_by"],
        "largest_relative_differences": verdict["largest_relative_differences"],
        "fits": [
            {
                "label": fit["label"],
                "metrics": {
                    name: [row["metrics"].get(name, {}).get("minikeras") for row in fit["epochs"]]
                    for name in fit["metrics"]
                },
            }
            for fit in compared["fits"]
        ],
    }


def words(found: Document) -> str:
    """One sentence: how far the user's own setting takes Keras from the Keras that was compared."""
    with_setting = f"Keras as your programs run it ({found['setting']})"
    if found["error"]:
        return f"{with_setting} fails: {found['error']}"
    largest = max(found["largest_relative_differences"].values(), default=0.0)
    if not largest:
        return f"{with_setting} gives the same numbers"
    where = ", ".join(
        f"{kind} {worst:.1e}"
        for kind, worst in found["largest_relative_differences"].items()
        if worst
    )
    return f"{with_setting} differs from the Keras that was compared, relatively: {where}"
