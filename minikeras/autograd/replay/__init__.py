"""Run a function again without the Python around its kernel calls.

``Replay`` (replay.py) lets a ``Recorder`` (recorder.py) observe two calls of the function.  The
recorder writes a ``Program`` (program.py): the kernel calls, as statements.  If both programs are
the same, later calls with inputs of the same shapes and dtypes run the program.
"""

from minikeras.autograd.replay.replay import Replay

__all__ = ["Replay"]
