"""The examples of the README are run."""

import re
from pathlib import Path

from informix_wire.trace import format_exchange, read_exchanges

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_python_example_runs():
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})


def test_trace_example_shows_what_the_tool_prints():
    (block,) = re.findall(r"```\n\$ cat ping.txt\n(.*?)```", README, re.DOTALL)
    recorded, printed = block.split("$ python -m informix_wire.trace ping.txt\n")
    ((_, steps),) = read_exchanges(recorded)
    assert list(format_exchange(steps)) == printed.splitlines()
