"""The README's examples are true."""

import doctest
from pathlib import Path


def test_readme_examples():
    readme = Path(__file__).parent.parent / "README.md"
    result = doctest.testfile(str(readme), module_relative=False)
    assert result.attempted >= 10
    assert result.failed == 0
