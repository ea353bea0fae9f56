"""Facts about the functions: their states, and the newest errors in their logs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from library_validator.operations.facts import FunctionFact, NotRead
from library_validator.recovery.logs import Function
from library_validator_cli.diagnosing.reading import Missing, Reader, fact_or_reason
from library_validator_cli.stack_access import Stack

# The folder of each function, with its output in the template.
FUNCTIONS: Final[dict[Function, str]] = {
    Function.VALIDATE_APPLICATIONS: "ValidateApplicationsFunction",
    Function.SWEEP_RESULTS: "SweepResultsFunction",
    Function.INDEX_RELEASE: "IndexReleaseFunction",
    Function.REVALIDATE: "RevalidateFunction",
    Function.FETCH_RELEASE: "FetchReleaseFunction",
}
_ERRORS: Final = '?ERROR ?"[ERROR]" ?"Task timed out"'
_REFUSED: Final = '"event not taken"'
_LINES: Final = 50
# Messages of the runtime about code that cannot be loaded. They quote nothing that an applicant typed.
_UNLOADABLE: Final = re.compile(
    r"(Runtime\.(?:ImportModuleError|HandlerNotFound|UserCodeSyntaxError): [^\n]{1,200})"
)
_TEXT: Final = re.compile(r"\[ERROR\] (\w[\w.]*)")
_LOCAL: Final = re.compile(r"^(\S+ \S+) ERROR \[lambda\] Warm worker execution error for ([\w-]+): (.+)$")
_LOCAL_UNLOADABLE: Final = "Worker init failed: "


@dataclass(frozen=True, slots=True)
class LoggedError:
    at: datetime
    text: str


class FunctionReader:
    """Reads the state of each function, and its log from ``since`` on."""

    def __init__(self, reader: Reader, stack: Stack, since: datetime) -> None:
        self._reader = reader
        self._stack = stack
        self._since = since

    def functions(self) -> list[FunctionFact | NotRead]:
        return [fact_or_reason(f"the function {name}", self._function, name) for name in FUNCTIONS]

    def refusal_of_bus(self) -> str:
        """The newest code with which the bus refused an event; empty if no log has it."""
        for name in (Function.SWEEP_RESULTS, Function.VALIDATE_APPLICATIONS, Function.REVALIDATE):
            lines = fact_or_reason("", self._lines, name, _REFUSED, self._since)
            codes = [] if isinstance(lines, NotRead) else list(_codes_of(lines))
            if codes:
                return f"{codes[-1]} to {name}"
        return ""

    def _function(self, name: Function) -> FunctionFact:
        physical = self._stack.output(FUNCTIONS[name])
        try:
            found = self._reader.ask("lambda", "get_function_configuration", FunctionName=physical)
        except Missing:
            return FunctionFact(name, exists=False)
        # Errors of code that was replaced since then are over.
        since = max(self._since, datetime.fromisoformat(found["LastModified"].replace("+0000", "+00:00")))
        errors = sorted(self._errors(name, physical, since), key=lambda error: error.at)
        return FunctionFact(
            name,
            exists=True,
            state=found.get("State", "Active"),
            state_reason=found.get("StateReason", ""),
            errors=len(errors),
            last_error=errors[-1].text if errors else "",
            last_error_at=errors[-1].at if errors else None,
        )

    def _errors(self, name: Function, physical: str, since: datetime) -> Iterator[LoggedError]:
        for event in self._lines(name, _ERRORS, since):
            if text := error_of_line(event["message"]):
                yield LoggedError(datetime.fromtimestamp(event["timestamp"] / 1000, UTC), text)
        if self._stack.log and self._stack.log.is_file():
            lines = self._stack.log.read_text(errors="replace").splitlines()
            yield from errors_of_local_log(lines, physical, since)

    def _lines(self, name: Function, pattern: str, since: datetime) -> list[Any]:
        try:
            answer = self._reader.ask(
                "logs",
                "filter_log_events",
                logGroupName=f"/aws/lambda/{self._stack.name}/{name}",
                filterPattern=pattern,
                startTime=int(since.timestamp() * 1000),
                limit=_LINES,
            )
        except Missing:
            return []
        return list(answer["events"])


def error_of_line(line: str) -> str:
    """The error that a log line reports, without text that an applicant may have typed; empty: no error."""
    if unloadable := _UNLOADABLE.search(line):
        return unloadable[1]
    try:
        entry = json.loads(line)
    except ValueError:
        entry = None
    if isinstance(entry, dict):
        if entry.get("level") != "ERROR":
            return ""
        kind = entry.get("errorType") or entry.get("problem") or entry.get("message") or "an error"
        return str(kind)[:200].rstrip(".")
    if "Task timed out" in line:
        return "a try ended at the time limit of the function"
    found = _TEXT.search(line)
    return found[1] if found else ""


def errors_of_local_log(lines: Iterable[str], function: str, since: datetime) -> Iterator[LoggedError]:
    """The errors of a function that only the server's log has: its worker did not start, or it ended."""
    for line in lines:
        found = _LOCAL.match(line)
        if not found or found[2] != function:
            continue
        at = datetime.fromisoformat(found[1]).astimezone(UTC)
        if at < since:
            continue
        if found[3].startswith(_LOCAL_UNLOADABLE):
            yield LoggedError(
                at, f"Runtime.ImportModuleError: {found[3].removeprefix(_LOCAL_UNLOADABLE)[:200]}"
            )
        else:
            yield LoggedError(at, "its process failed; see .local/run/server.log")


def _codes_of(lines: Iterable[Any]) -> Iterator[str]:
    for event in lines:
        try:
            entry = json.loads(event["message"])
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("message") == "event not taken":
            yield str(entry.get("code", ""))
