"""``python -m parity_tests.scripts FILE ...``: where scripts print other lines with minikeras."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from parity_tests.scripts.running import difference, servers, with_both

with tempfile.TemporaryDirectory() as folder, servers(Path(folder)) as pair:
    for name in sys.argv[1:]:
        script = Path(name).resolve()
        theirs, ours = with_both(pair, script)
        found = difference(theirs, ours)
        print(f"{script.name}: {len(theirs.lines)} lines,", "different" if found else "equal")
        print("\n".join(f"    {line}" for line in found), flush=True)
