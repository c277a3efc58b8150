"""Mutations that atheris chooses by the lines of ``minikeras.saving`` that the last ones reached.

python -m parity_tests.saving.guided_fuzz -runs=50000     # further options are libFuzzer's
python -m parity_tests.saving.guided_fuzz crash-...       # one input again

Needs `pip install -e '.[fuzz]'`.  It begins with the sound files of ``fuzz.py`` and ends at the
first input whose outcome is neither a model nor a documented error; libFuzzer writes that input to
a file.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["minikeras.saving", "minikeras.declare"]):
    import minikeras as keras
    from parity_tests.saving import fuzz
    from parity_tests.saving.building_blocks import WEIGHTS

SUFFIXES = (".keras", ".h5", ".weights.h5")
SECONDS = 20


def sound_inputs(folder: Path) -> None:
    """Sound files as inputs: the first byte chooses the suffix, the rest is the content."""
    for i in range(len(fuzz.MODELS)):
        parts = fuzz._sound(i)
        contents = fuzz._zipped(parts), parts["legacy"], parts[WEIGHTS]
        for kind, content in enumerate(contents):
            (folder / f"{i}-{kind}").write_bytes(bytes([kind]) + content)


def main() -> None:
    target = fuzz.sequential()
    folder = Path(tempfile.mkdtemp())
    corpus = folder / "corpus"
    corpus.mkdir()
    sound_inputs(corpus)

    def load(data: bytes) -> None:
        suffix = SUFFIXES[(data[0] if data else 0) % len(SUFFIXES)]
        path = folder / f"input{suffix}"
        path.write_bytes(data[1:])
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if suffix == ".weights.h5":
                    target.load_weights(path)
                else:
                    keras.models.load_model(path)
        except fuzz.DOCUMENTED:
            pass

    replayed = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    options = [f"-timeout={SECONDS}", "-rss_limit_mb=4096", "-max_len=60000"]
    atheris.Setup([*sys.argv, *options, *([] if replayed else [str(corpus)])], load)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
