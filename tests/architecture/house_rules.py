"""Holds the rules of the house that no linter knows: where each applies, how it is seen, and a probe that breaks it."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

LOG_METHODS = frozenset({"debug", "info", "warning", "error", "critical", "exception", "log", "msg", "bind"})
LOGGERS = re.compile(r"(^|_)(log|logger)$")
VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "route", "api_route", "websocket"})
CLOCKS_AND_CHANCE = frozenset({"time", "random", "secrets", "uuid"})
NOW = frozenset({"now", "utcnow", "today", "urandom"})
NOW_OF = frozenset({"datetime", "date", "os"})  # the transaction's own `now()` is the database's time, and welcome
GROWING_MIDDLE = re.compile(r"(Manager|Service|Util|Utils|Helper|Helpers)$|^(handle_|process_|get_)")
OTHERS_NAMES = frozenset(
    {"process_bind_param", "process_result_value", "process_literal_param"}
)  # SQLAlchemy's to choose
GROWING_MODULE = re.compile(r"(^|_)(manager|service|util|utils|helper|helpers|common|misc)$")
SQL = re.compile(
    r"^\s*(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s*\("
    r"|(CREATE|ALTER|DROP)\s+(UNIQUE\s+)?(TABLE|INDEX)\s|PRAGMA\s+\w|BEGIN\s+IMMEDIATE|SET\s+LOCAL\s)",
    re.IGNORECASE | re.DOTALL,
)

Finder = Callable[[ast.Module], Iterator[int]]


class Rule(NamedTuple):
    """One rule: the sentence, where it holds (`rooms`) and where not (`except_in`), who breaks it and who does not."""

    sentence: str
    rooms: tuple[str, ...]
    except_in: tuple[str, ...]
    lines_that_break_it: Finder
    broken_by: str
    kept_by: str

    def applies_to(self, path: PurePosixPath) -> bool:
        """Say whether a file, relative to the house, stands in a room of this rule."""
        return _stands_in(path, self.rooms) and not _stands_in(path, self.except_in)


def _stands_in(path: PurePosixPath, rooms: tuple[str, ...]) -> bool:
    return any(path.is_relative_to(room) or path.with_suffix("") == PurePosixPath(room) for room in rooms)


def _name_of(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=function):
            return _name_of(function)
        case _:
            return ""


def _base_middleware(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id="BaseHTTPMiddleware") | ast.Attribute(attr="BaseHTTPMiddleware"):
                yield node.lineno
            case ast.alias(name="BaseHTTPMiddleware"):
                yield node.lineno
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from (mark.lineno for mark in node.decorator_list if _name_of(mark) == "middleware")
            case _:
                pass


def _synchronous_endpoints(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for mark in node.decorator_list:
                match mark:
                    case ast.Call(func=ast.Attribute(attr=verb)) if verb in VERBS:
                        yield node.lineno
                    case _:
                        pass


def _is_log_call(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=logger, attr=method)) if method in LOG_METHODS:
            return LOGGERS.search(_name_of(logger).lower()) is not None or _is_log_call(logger)
        case _:
            return False


def _shows(node: ast.AST, caught: str) -> bool:
    """Say whether an expression shows a caught exception itself, and not merely its type or a code it carries."""
    match node:
        case ast.Name(id=name):
            return name == caught
        case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name == caught:
            return attribute in {"args", "message", "detail", "orig", "params", "statement"}
        case ast.Call(func=ast.Name(id="type" | "fault_of")):  # `fault_of` gives the type and the place, not the text
            return False
        case _:
            return any(_shows(child, caught) for child in ast.iter_child_nodes(node))


def _logged_exceptions(tree: ast.Module) -> Iterator[int]:
    for call in (node for node in ast.walk(tree) if _is_log_call(node)):
        assert isinstance(call, ast.Call)
        traced = any(word.arg in {"exc_info", "stack_info"} for word in call.keywords)
        if traced or (isinstance(call.func, ast.Attribute) and call.func.attr == "exception"):
            yield call.lineno
    for handler in ast.walk(tree):
        if isinstance(handler, ast.ExceptHandler) and handler.name:
            for call in (node for line in handler.body for node in ast.walk(line) if _is_log_call(node)):
                assert isinstance(call, ast.Call)
                shown = [*call.args, *(word.value for word in call.keywords)]
                if any(_shows(argument, handler.name) for argument in shown):
                    yield call.lineno


def _docstrings(tree: ast.Module) -> set[int]:
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }


def _sql_text(tree: ast.Module) -> Iterator[int]:
    prose = _docstrings(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in prose and SQL.search(text):
                yield node.lineno
            case _:
                pass


def _printing(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="print")):
                yield node.lineno
            case _:
                pass


def _clocks_and_chance(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in NOW and _name_of(owner) in NOW_OF:
                yield node.lineno
            case ast.Import(names=names) if any(one.name.split(".")[0] in CLOCKS_AND_CHANCE for one in names):
                yield node.lineno
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in CLOCKS_AND_CHANCE:
                yield node.lineno
            case _:
                pass


def _borrowed_privates(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module != "__future__":
                parts = (*module.split("."), *(one.name for one in names))
                if any(part.startswith("_") and not part.startswith("__") for part in parts):
                    yield node.lineno
            case _:
                pass


def _growing_middles(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                if GROWING_MIDDLE.search(name) and name not in OTHERS_NAMES:
                    yield node.lineno
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                if any(GROWING_MODULE.search(one.name) for one in names):
                    yield node.lineno
            case _:
                pass


def _thawed_values(tree: ast.Module) -> Iterator[int]:
    marks = (mark for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for mark in node.decorator_list)
    for mark in marks:
        if _name_of(mark) == "dataclass":
            words = mark.keywords if isinstance(mark, ast.Call) else []
            asked = {word.arg for word in words if isinstance(word.value, ast.Constant) and word.value.value is True}
            if not {"frozen", "slots"} <= asked:
                yield mark.lineno


def _skipped_tests(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="pytest") | ast.Attribute(attr="mark"), attr=attribute):
                if attribute in {"skip", "skipif", "xfail", "importorskip"}:
                    yield node.lineno
            case _:
                pass


RULES = (
    Rule(
        "middleware is plain ASGI: two BaseHTTPMiddleware cost six times a request",
        ("gateway", "keys"),
        (),
        _base_middleware,
        "from starlette.middleware.base import BaseHTTPMiddleware\nclass Slow(BaseHTTPMiddleware): ...",
        "class Quick:\n    async def __call__(self, scope, receive, send): ...",
    ),
    Rule(
        "middleware is not a decorated function either",
        ("gateway", "keys"),
        (),
        _base_middleware,
        "@app.middleware('http')\nasync def slow(request, call_next): ...",
        "@router.get('/whoami')\nasync def whoami(): ...",
    ),
    Rule(
        "endpoints are async: a thread for each costs 2.4 times",
        ("gateway/api", "gateway/console", "keys/holder"),
        (),
        _synchronous_endpoints,
        "@router.post('/registrations')\ndef register(body): ...",
        "@router.post('/registrations')\nasync def register(body): ...",
    ),
    Rule(
        "no exception is logged: its text can carry a token (G35)",
        ("keys", "gateway", "adapters", "deploy"),
        (),
        _logged_exceptions,
        "try: ...\nexcept ValueError as refused:\n    log.warning('refused', why=str(refused))",
        "try: ...\nexcept Refused as no:\n    log.warning('no', code=no.code, kind=type(no).__name__, **fault_of(no))",
    ),
    Rule(
        "no exception is logged in a formatted text",
        ("keys", "gateway", "adapters", "deploy"),
        (),
        _logged_exceptions,
        "try: ...\nexcept ValueError as refused:\n    self._log.error(f'refused: {refused}')",
        "log.info('accepted', count=len(registrations))",
    ),
    Rule(
        "no traceback is logged",
        ("keys", "gateway", "adapters", "deploy"),
        (),
        _logged_exceptions,
        "try: ...\nexcept ValueError:\n    logger.bind(lane=lane).exception('refused')",
        "warnings.catch_warnings()",
    ),
    Rule(
        "SQL is written in the store, and in the holder's own",
        ("gateway", "keys", "adapters", "deploy"),
        ("gateway/store", "keys/holder"),
        _sql_text,
        "rows = run('SELECT id FROM registrations')",
        '"""Select a lane from those the policy knows."""\nlabel = "Update your contact desk"',
    ),
    Rule(
        "only the command and the machinery around the house talk by print",
        ("gateway", "keys", "adapters"),
        ("adapters/cli",),
        _printing,
        "print(registration)",
        "console.print(registration)",
    ),
    Rule(
        "decisions and flows are told the time and given their numbers",
        ("gateway/core", "gateway/flows"),
        (),
        _clocks_and_chance,
        "from datetime import UTC, datetime\nexpired = until_at < datetime.now(UTC)",
        "expired = until_at < tx.now()",
    ),
    Rule(
        "decisions and flows do not reach for chance",
        ("gateway/core", "gateway/flows"),
        (),
        _clocks_and_chance,
        "from uuid import uuid4",
        "from gateway.flows.ports import Ids",
    ),
    Rule(
        "what begins with an underscore stays in its module",
        ("keys", "gateway", "adapters", "deploy", "load_tests", "tests"),
        (),
        _borrowed_privates,
        "from keys.group import _library",
        "from __future__ import annotations\nfrom keys.group import multiply",
    ),
    Rule(
        "nothing is called manager, service, util, helper, handle_, process_ or get_",
        ("keys", "gateway", "adapters", "deploy", "load_tests"),
        (),
        _growing_middles,
        "class MatchManager:\n    def get_match(self): ...",
        "class Matching:\n    def decide(self): ...\n    def process_bind_param(self): ...",
    ),
    Rule(
        "values are frozen and slotted",
        ("keys", "gateway/core", "gateway/protocol", "gateway/flows"),
        ("keys/holder",),
        _thawed_values,
        "@dataclass(frozen=True)\nclass Alert:\n    id: str",
        "@dataclass(frozen=True, slots=True, kw_only=True)\nclass Alert:\n    id: str",
    ),
    Rule(
        "no test is skipped or expected to fail",
        ("tests",),
        (),
        _skipped_tests,
        "@pytest.mark.skipif(True, reason='later')\ndef test_later(): ...",
        "@pytest.mark.parametrize('bad', [1])\ndef test_now(bad): ...",
    ),
)
