"""A model is loaded to see whether it can be: the last question of an inspection."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from typing import Any, BinaryIO

from minikeras.declare.names import preserved_counts
from minikeras.saving.report import DAMAGED, LOADS, NOTE, REFUSES, UNKNOWN, Report

_MOST = 50_000_000  # numbers; a larger model would fill the memory only to be looked at


def try_to_load(
    load: Callable[[BinaryIO, str], Any], file: BinaryIO, where: str, report: Report
) -> None:
    """Load the model as ``load_model`` does, unless something in the file speaks against it.

    That it cannot be loaded is a finding.  Names and random numbers of later models stay the same.
    """
    if any(finding.keras != LOADS for finding in report.findings):
        return
    if report.parameters > _MOST:
        what = f"not loaded for this report, as it has {report.parameters:,} numbers"
        report.find(NOTE, where, what, UNKNOWN)
        return
    state = random.getstate()
    try:
        with preserved_counts(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            load(file, where)
    except (ValueError, TypeError, NotImplementedError) as error:
        said = str(error).strip().partition("\n")[0]
        report.find(DAMAGED, where, f"no model can be loaded from it: {said}", REFUSES)
    finally:
        random.setstate(state)
