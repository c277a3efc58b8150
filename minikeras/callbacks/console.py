"""Prints messages: on the console, or through ``logging`` if that is switched off."""

from __future__ import annotations

import logging
import sys
from typing import Any

from minikeras import settings

logger = logging.getLogger("minikeras")


def print_msg(message: Any, line_break: bool = True) -> None:
    """Print a message; if the console cannot encode ``━``, it is replaced by ``=``."""
    text = str(message)
    if not settings.is_interactive_logging_enabled():
        logger.info(text)
        return
    text = f"{text}\n" if line_break else text
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding or "utf-8"
        plain = text.replace("━", "=").encode(encoding, errors="ignore")
        sys.stdout.write(plain.decode(encoding))
    sys.stdout.flush()
