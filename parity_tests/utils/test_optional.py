"""Libraries that are imported at first use."""

from __future__ import annotations

import subprocess
import sys

import pytest

from minikeras.optional import Library, missing


def test_an_attribute_or_a_submodule_imports() -> None:
    code = """if True:
        import sys
        from minikeras.optional import Library
        library = Library("xml")
        assert "xml" not in sys.modules
        assert library.dom.Node.ELEMENT_NODE == 1
        assert library.dom is sys.modules["xml.dom"] is library.load().dom
    """
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_not_installed_says_how_to_install_it() -> None:
    library = Library("no_such_library")
    with pytest.raises(ImportError, match="pip install no_such_library"):
        _ = library.table
    with pytest.raises(ImportError, match="no_such_library"):
        library.load()
    assert missing("json", "no_such_library") == ["no_such_library"]


def test_inspection_imports_nothing() -> None:
    assert not hasattr(Library("no_such_library"), "__wrapped__")
