"""Where minikeras ends and a program begins: in the tracebacks and warnings that it causes.

A traceback shows the program's lines and the one line of minikeras that raised the error.
``keras.config.disable_traceback_filtering()`` shows all lines.
"""

from __future__ import annotations

import functools
import inspect
import sys
import warnings
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, TypeVar

from minikeras import settings
from minikeras.messages import did_you_mean

_Function = TypeVar("_Function", bound=Callable[..., Any])
_OUR_LIBRARIES = ("numpy", "numba", "optree", "contextlib", "functools")  # which call us back
# The list of filters under which each warning was shown, and a copy of it: the list is another one
# in each block of `catch_warnings`.  Python's own record is lost whenever a library, such as Numba,
# changes the filters for a moment.
_shown: dict[tuple[str, type[Warning]], tuple[Any, list[Any]]] = {}


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def _is_ours(frame: FrameType) -> bool:
    return _package(frame) == "minikeras"


def _is_inside(frame: FrameType) -> bool:
    """Whether a line belongs to minikeras, or to a library that minikeras called."""
    return _package(frame) in ("minikeras", *_OUR_LIBRARIES)


def shorten(error: BaseException) -> None:
    """Leave minikeras's lines out of the traceback, except the one that raised the error.

    Type, arguments, notes and causes of the error stay.  Called again, it changes nothing.
    """
    if not settings.is_traceback_filtering_enabled():
        return
    entries = []
    entry = error.__traceback__
    while entry is not None:
        entries.append(entry)
        entry = entry.tb_next
    users = [i for i, e in enumerate(entries) if not _is_inside(e.tb_frame)]
    below = users[-1] + 1 if users else 0  # what stands below the program's last line
    ours = [i for i, e in enumerate(entries) if i >= below and _is_ours(e.tb_frame)]
    shown = None
    for i in sorted({*users, *ours[-1:], len(entries) - 1}, reverse=True):
        e = entries[i]
        shown = TracebackType(shown, e.tb_frame, e.tb_lasti, e.tb_lineno)
    error.__traceback__ = shown


def _suggest(error: TypeError, function: Callable[..., Any], keywords: dict[str, Any]) -> None:
    """If it was the call of ``function`` that failed, say which keyword was probably meant."""
    known = inspect.signature(function).parameters
    unknown = [name for name in keywords if name not in known]
    called = error.__traceback__ is not None and error.__traceback__.tb_next is not None
    if unknown and not called:
        hint = did_you_mean(unknown[0], known)
        error.args = (f"{error}{hint and '.'}{hint}",)


def filter_traceback(function: _Function) -> _Function:
    """A function that a program calls: the errors that it raises have short tracebacks."""

    @functools.wraps(function)
    def public(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            if type(error) is TypeError and kwargs:
                _suggest(error, function, kwargs)
            shorten(error)
            raise  # adds no line of this function, unlike `raise error`

    return public  # type: ignore[return-value]  # wraps keeps the signature


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the program's line, whichever function of minikeras notices it.

    A warning of the same text is shown once, though several lines may cause it.  The filters of
    ``warnings`` decide as always: with "error" it is raised, with "always" shown every time; each
    block of ``catch_warnings`` starts anew.
    """
    filters, copy = _shown.get((message, category), (None, None))
    if filters is warnings.filters and copy == filters:
        return
    frame = sys._getframe(1)
    while _is_inside(frame) and frame.f_back is not None:
        frame = frame.f_back
    place = frame.f_code.co_filename, frame.f_lineno
    registry: dict[Any, Any] = {}  # receives the warning, unless it is to be shown every time
    module = frame.f_globals.get("__name__", "__main__")
    warnings.warn_explicit(message, category, *place, module=module, registry=registry)
    if (message, category, frame.f_lineno) in registry:
        _shown[message, category] = warnings.filters, [*warnings.filters]
