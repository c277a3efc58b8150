"""A process that runs Keras under one backend, and answers one call after the other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from typing import IO, Self

from minikeras.messages import describe
from minikeras.optional import missing
from minikeras.parity.backends import wire
from minikeras.parity.backends.calls import Call, Outcome, Raised

BACKENDS = ("tensorflow", "jax", "torch")
_PROGRAM = "import sys; from minikeras.parity.backends.server import main; main(sys.argv[1])"


class BackendFailed(Exception):
    """The process of a backend did not start."""


def installed() -> list[str]:
    """The backends that can run here."""
    return [] if missing("keras") else [name for name in BACKENDS if not missing(name)]


class Backend:
    """Keras under one backend, in a process that starts with the first call.

    name: ``"tensorflow"``, ``"jax"`` or ``"torch"``.
    floatx: the default dtype.  With ``"float64"``, JAX is told not to round to float32.
    onednn: whether TensorFlow uses the operations of oneDNN, which is its own default.
    timeout: seconds after which a call is given up; its process is ended.

    If a call ends the process, the outcome says so, and the next call starts another process.
    """

    def __init__(
        self, name: str, floatx: str = "float32", *, onednn: bool = False, timeout: float = 60.0
    ) -> None:
        if name not in BACKENDS:
            raise ValueError(
                f"name is one of {', '.join(map(repr, BACKENDS))}, received {describe(name)}"
            )
        if floatx not in ("float32", "float64"):
            raise ValueError(f"floatx is 'float32' or 'float64', received {describe(floatx)}")
        self.name, self.floatx, self.onednn, self.timeout = name, floatx, onednn, timeout
        self.version = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes]

    def __repr__(self) -> str:
        return f"<Backend {self.name}, {self.floatx}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def evaluate(self, call: Call) -> Outcome:
        """What Keras makes of ``call`` under this backend; errors are part of the outcome.

        Raises BackendFailed if Keras cannot be imported with this backend.
        """
        process = self._process or self._start()
        assert process.stdin is not None and process.stdout is not None
        alarm = threading.Timer(self.timeout, process.kill)
        alarm.start()
        try:
            wire.send(process.stdin, call.as_message())
            message = wire.receive(process.stdout)
        except OSError:  # nobody reads: the process has ended
            message = None
        finally:
            alarm.cancel()
        if message is None:
            return Outcome(raised=self._ended())
        return Outcome.from_message(message)

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()
            self._log.close()

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "KERAS_BACKEND": self.name,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_ENABLE_ONEDNN_OPTS": str(int(self.onednn)),
            "JAX_ENABLE_X64": str(int(self.floatx == "float64")),
            "JAX_PLATFORMS": "cpu",
            "CUDA_VISIBLE_DEVICES": "",
        }
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # close() closes it
        self._process = process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, self.floatx],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        assert process.stdout is not None
        ready = wire.receive(process.stdout)
        if ready is None:
            said = self._said()
            self.close()
            raise BackendFailed(f"Keras did not start with the backend {self.name!r}: {said}")
        self.version = ready["version"]
        return process

    def _ended(self) -> Raised:
        """Why the process has ended during a call."""
        assert self._process is not None
        code = self._process.wait()
        said = self._said()
        self.close()
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        if how == "SIGKILL":
            return Raised("TimeoutError", f"no answer within {self.timeout:g} seconds")
        return Raised("ProcessEnded", f"{how}: {said}")

    def _said(self) -> str:
        """The end of what the process printed."""
        self._log.seek(0)
        return self._log.read()[-1000:].decode(errors="replace").strip()
