"""The trace tool: every recorded session is shown completely, with values, in all input forms."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from informix_wire import pdu
from informix_wire.caps import FULL, NARROW
from informix_wire.pdu.login import LoginReply, LoginRequest
from informix_wire.trace import Step, format_exchange, main, read_exchanges

SESSIONS_FILE = Path(__file__).parent / "vectors" / "sessions.json"
SESSIONS = {v["id"]: v for v in json.loads(SESSIONS_FILE.read_text())["vectors"]}
EOT = pdu.Eot()


def shown(session, **options):
    ((_, steps),) = read_exchanges(json.dumps(session))
    return list(format_exchange(steps, **options))


def messages_of(lines):
    return [line.split()[2] for line in lines if not line.startswith(" ")]


@pytest.mark.parametrize("name", SESSIONS)
def test_recorded_session_is_shown_completely(name):
    lines = shown(SESSIONS[name])
    assert not [line for line in lines if " ! " in line or "undecodable" in line]
    expected = []
    for step in SESSIONS[name]["steps"]:
        tags = step["tags"].split()
        expected += {"LOGIN_REQUEST": ["login"], "LOGIN_REPLY": ["login"]}.get(tags[0], tags)
    if not any(step["dir"] == "c2s-oob" for step in SESSIONS[name]["steps"]):
        assert messages_of(lines) == expected


def test_rows_are_shown_as_values_of_their_described_types():
    lines = shown(SESSIONS["jdbc_select_alltypes"])
    rows = [line for line in lines if "TUPLE" in line]
    assert len(rows) == 3
    assert "(1, 2, 3, 4000000000, 5000000000, 1.5, 2.25, Decimal('1234.5678'), " in rows[0]
    assert "'a long varchar', True, datetime.date(2024, 2, 29), " in rows[0]
    assert rows[2].endswith("(3" + ", None" * 21 + ")")
    assert "        18: c_dtsec DATETIME YEAR TO SECOND" in lines
    assert "        1: c_serial SERIAL NOT NULL" in lines


def test_parameters_put_rows_and_keys_are_shown_as_values():
    bound = shown(SESSIONS["jdbc_insert_params_5"])
    at = next(index for index, line in enumerate(bound) if "BIND" in line)
    assert bound[at] == "1 C> BIND count=5"
    assert bound[at + 1].startswith("        1: INTEGER ")
    assert any(line.endswith(" None") for line in bound)  # the second row binds NULLs
    put = [line for line in shown(SESSIONS["jdbc_batch_useput"]) if " PUT " in line]
    assert len(put) == 3
    assert all(line.startswith("1 C> PUT rows=1 (") for line in put)
    keys = [line for line in shown(SESSIONS["jdbc_generated_keys"]) if "KEYTUPLE" in line]
    assert keys
    assert all(line.startswith("1 S< KEYTUPLE warn=0 (") for line in keys)


def test_several_statements_at_once_keep_their_types():
    def described(number, code, width):
        column = pdu.DescribedColumn("c", pdu.describe.ColumnType(code, width))
        return b"".join(m.encode(FULL) for m in (pdu.Describe(2, number, columns=(column,)), EOT))

    def fetch(number):
        return b"".join(m.encode(FULL) for m in (pdu.StatementId(number), pdu.NFetch(4096), EOT))

    def row(raw):
        return pdu.Tuple(0, bytes.fromhex(raw)).encode(FULL) + EOT.encode(FULL)

    prepare = pdu.Prepare(0, "q").encode(FULL) + EOT.encode(FULL)
    steps = [
        Step("c2s", prepare),
        Step("s2c", described(0, 1, 2)),
        Step("c2s", prepare),
        Step("s2c", described(1, 2, 4)),
        Step("c2s", fetch(0) + fetch(1)),  # two requests ahead of both replies
        Step("s2c", row("0007") + row("00000008")),
    ]
    rows = [line for line in format_exchange(steps) if "TUPLE" in line]
    assert rows == ["1 S< TUPLE warn=0 (7)", "1 S< TUPLE warn=0 (8)"]


def test_negotiation_decides_the_widths():
    offer, answer = bytes.fromhex("fffc7ffc3c8caa97"), bytes.fromhex("bdbe9ffe7fb7ffeff0")
    prepare = pdu.Prepare(0, "select 1")
    for mask, caps in ((answer, FULL), (b"\0", NARROW)):
        steps = [
            Step("c2s", LoginRequest("u", "sesame", "s", (("CLIENT_LOCALE", "en_US.utf8"),)).encode()),
            Step("s2c", LoginReply("s", "v").encode()),
            Step("c2s", pdu.Protocols(offer).encode(NARROW) + EOT.encode(NARROW)),
            Step("s2c", pdu.Protocols(mask).encode(NARROW) + EOT.encode(NARROW)),
            Step("c2s", prepare.encode(caps) + EOT.encode(caps)),
            Step("s2c", pdu.Err(-206, 0, 3, "tübelle").encode(caps.with_encoding("utf-8")) + EOT.encode(caps)),
        ]
        lines = list(format_exchange(steps))
        assert "1 C> PREPARE markers=0 sql='select 1'" in lines
        assert "1 S< ERR sqlcode=-206 isam=0 offset=3 token='tübelle' sqlstate=None text=None" in lines
        assert not [line for line in lines if " ! " in line]
        assert "sesame" not in "\n".join(lines)


def test_passwords_are_masked():
    lines = list(format_exchange([Step("c2s", pdu.Response("sesame").encode(FULL))]))
    assert lines == ["1 C> RESPONSE text=***"]


def test_messages_may_be_split_over_steps():
    whole = shown(SESSIONS["jdbc_insert_params_5"])
    split = []
    for step in SESSIONS["jdbc_insert_params_5"]["steps"]:
        raw = bytes.fromhex(step["hex"])
        split += [Step(step["dir"], raw[at : at + 1], step["conn"]) for at in range(len(raw))]
    assert list(format_exchange(split)) == whole


def test_trouble_is_shown_and_the_next_step_goes_on():
    lines = list(
        format_exchange(
            [
                Step("s2c", bytes.fromhex("000f0000")),
                Step("c2s", bytes.fromhex("1234abcd")),
                Step("c2s", bytes.fromhex("000c")),
                Step("c2s-oob", b"B"),
            ]
        )
    )
    assert lines == [
        "1 C> ! the client sent tag 4660 (no known tag) which no client is known to send: [1234abcd]",
        "1 C> EOT",
        "1 C> urgent byte 42",
        "1 S< ! incomplete message [000f0000]",
    ]


def test_undecodable_row_and_parameter_are_shown_as_bytes():
    column = pdu.DescribedColumn("c", pdu.describe.ColumnType(2, 4))
    described = pdu.Describe(2, 0, columns=(column,)).encode(FULL)
    lines = list(format_exchange([Step("s2c", described + pdu.Tuple(0, b"\0\1").encode(FULL))]))
    assert lines[-1].startswith("1 S< TUPLE warn=0 [0001] undecodable: ")
    lines = list(format_exchange([Step("c2s", pdu.Bind(1, bytes.fromhex("0007000000007fffffff")).encode(FULL))]))
    assert lines[0] == "1 C> BIND count=1"
    assert lines[1].startswith("        1: [0007000000007fffffff] undecodable: ")


@pytest.mark.parametrize(
    "text",
    [
        "# a comment\n\nC: 0035 000c\nS: 0035 0001 3100 000c\nC! 42\n",
        '{"dir": "c2s", "hex": "0035000c"}\n{"dir": "S", "hex": "003500013100000c"}\n'
        '{"dir": "c2s-oob", "hex": "42"}',
        '[{"dir": "C", "hex": "0035000c"}, {"dir": "S", "hex": "003500013100000c"},'
        ' {"dir": "c2s-oob", "hex": "42"}]',
        '{"steps": [{"dir": "c2s", "hex": "0035000c"}, {"dir": "s2c", "hex": "003500013100000c"},'
        ' {"dir": "c2s-oob", "hex": "42"}]}',
    ],
    ids=["text", "json lines", "list", "document"],
)
def test_input_forms(text):
    ((title, steps),) = read_exchanges(text)
    assert title == ""
    assert list(format_exchange(steps)) == [
        "1 C> VERSION",
        "1 C> EOT",
        "1 S< VERSION text='1'",
        "1 S< EOT",
        "1 C> urgent byte 42",
    ]


@pytest.mark.parametrize(
    "text", ["hello", "C: 0g", '{"dir": "up", "hex": ""}', '{"a": 1}', "[1]", '{"steps": [{}]}']
)
def test_other_text_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        list(read_exchanges(text))


def test_command_line(capsys):
    assert main([str(SESSIONS_FILE), "--session", "idrv_close"]) == 0
    assert capsys.readouterr().out.splitlines() == ["== idrv_close", "1 C> EXIT", "1 S< EXIT"]
    assert main([str(SESSIONS_FILE), "--session", "nothing"]) == 2
    assert "no exchange with id nothing" in capsys.readouterr().err
    assert main([str(SESSIONS_FILE.with_name("absent"))]) == 2
    assert "absent" in capsys.readouterr().err
    assert (
        main([str(SESSIONS_FILE.with_name("messages.json")), "--narrow", "--session", "ids731_version_req"]) == 0
    )
    assert "C> VERSION" in capsys.readouterr().out


@pytest.mark.parametrize("module", ["informix_wire.trace", "informix_wire"])
def test_module_runs(module):
    done = subprocess.run(
        [sys.executable, "-m", module, "-"],
        input="C: 0038\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 C> EXIT\n", "")
