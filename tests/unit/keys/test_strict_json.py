"""The one form of JSON: what is refused, and what hostile bytes cost."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.strict_json import MalformedJson, TooDeepJson, parse, texts


def refusal_of(body: bytes) -> type[MalformedJson] | None:
    """Return the kind of error with which a body is refused, None when it is not."""
    try:
        parse(body)
    except MalformedJson as refused:
        return type(refused)
    return None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{} {}",
        b"{}x",
        b"\xef\xbb\xbf{}",
        b"\xff",
        b'{"a":1,"a":2}',
        b'{"a":1,"\\u0061":2}',
        b'{"a":{"b":1,"b":1}}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":' + b"9" * 40 + b"}",
        b'{"a":' + b"9" * 60_000 + b"}",
        b'{"a":"\\u0000"}',
        b'{"\\u0000":1}',
        b'{"a":"\\ud800"}',
        b'{"a":"\\udc00\\ud800"}',
        '{"a":"e\u0301"}'.encode(),
        b'{"a":"e\\u0301"}',
        b'{"a":"' + b"x" * 2000 + b'"}',
        b"{'a':1}",
        b'{"a":01}',
        b'{"a":1,}',
        b'{"a":"\n"}',
    ],
)
def test_other_forms_are_refused(body: bytes) -> None:
    """Anything that two readers could read differently is refused (G22)."""
    assert MalformedJson is refusal_of(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000,
        b'{"a":' * 9 + b"1" + b"}" * 9,
        b"[" * 9 + b"]" * 9,
        b"[" + b'{"a":1},' * 64 + b'{"a":1}]',
        json.dumps({str(i): i for i in range(65)}).encode(),
        b"[" + b"1," * 30_000 + b"1]",
    ],
)
def test_more_than_any_message_has_is_refused(body: bytes) -> None:
    """Depth over 8, over 64 keys, over 2,048 values."""
    assert TooDeepJson is refusal_of(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":' * 8 + b"1" + b"}" * 8,
        json.dumps({str(i): i for i in range(64)}).encode(),
        b' {"a" : "\\u00e9\\ud83d\\ude00 \xc3\xab" , "b":[true,false,null,-1.5e3]}\n',
        b'"text"',
    ],
)
def test_what_fits_is_read_as_any_reader_reads_it(body: bytes) -> None:
    """At the bounds, and with every kind of value, the result is that of the standard library."""
    assert json.loads(body) == parse(body)


@given(st.binary(max_size=200) | st.text(alphabet='{}[]":,\\u0aed8 1e9.-ntf', max_size=200).map(str.encode))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    """Whatever comes in, the answer is a value or a refusal."""
    refusal_of(body)


def test_every_text_and_key_is_walked() -> None:
    """Each text comes with the key under which it stands, and keys come by themselves."""
    found = list(texts(parse(b'{"a":"x","b":["y",{"c":"z"}],"d":1}')))

    assert [("", "a"), ("a", "x"), ("", "b"), ("b", "y"), ("", "c"), ("c", "z"), ("", "d")] == found
