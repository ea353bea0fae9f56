"""The path of one application through the code, from message to event: how many files and shapes it takes.

    python -m lab.speed.hops [--list]

The real function decides one application, on its real adapters against an AWS in this process. A value is on
the path while it contains the application's id, or the FSCS key of the library that is matched: a file counts
when one of its functions is given such a value by another file, or returns one to another file.

A shape is the type of such a value: the class, if it is a class of this project, or else the kind of
container with the shapes in it, a dict with its keys. Plain text is not a shape, but the JSON text of an
object is. The function is called once before the counted call, so that loading at the first call does not
count.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from pydantic import BaseModel

from lab.measures import ROOT
from lab.speed.in_process_stack import in_process_stack
from lab.speed.read_units import BATCH, SAMPLE_RELEASE
from library_validator.releases.reading.release import read_release
from library_validator.releases.records import System

APPLICATION_ID: Final = "counted-application"
_CODE_FOLDERS: Final = (str(ROOT / "layers" / "core" / "library_validator"), str(ROOT / "functions"))
_NAMED_KEYS: Final = 30  # a dict with more keys is shown by their number
_DEPTH: Final = 7  # search this many containers inside each other, and no deeper


class ValuePath:
    """The files that values with one of the ``marks`` passed, and their shapes, in the order of the calls."""

    def __init__(self, marks: Sequence[str]) -> None:
        self.files: dict[str, None] = {}
        self.shapes: dict[str, None] = {}
        self._marks = tuple(marks)

    @contextmanager
    def follow_calls(self) -> Iterator[None]:
        """Follow the calls of the block."""
        sys.setprofile(self._on_event)
        try:
            yield
        finally:
            sys.setprofile(None)

    def _on_event(self, frame: FrameType, event: str, returned: object) -> None:
        if event not in ("call", "return") or not _is_ours(frame):
            return
        caller = frame.f_back
        if caller is not None and caller.f_code.co_filename == frame.f_code.co_filename:
            return
        code = frame.f_code
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        values = [frame.f_locals.get(name) for name in names if name not in ("self", "cls")]
        for value in values if event == "call" else [returned]:
            if self._contains_mark(value, _DEPTH):
                self.files.setdefault(str(Path(code.co_filename).relative_to(ROOT)))
                shape = self._shape(value)
                if shape:
                    self.shapes.setdefault(shape)

    def _contains_mark(self, value: object, depth: int) -> bool:
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if isinstance(value, str):
            return any(mark in value for mark in self._marks)
        return depth > 0 and any(self._contains_mark(part, depth - 1) for part in _parts(value))

    def _shape(self, value: object) -> str:
        """The shape of a value that contains a mark; empty for plain text."""
        kind = type(value)
        if isinstance(value, bytes):
            return "bytes"
        if isinstance(value, str):
            return "JSON text" if value.startswith("{") else ""
        if dataclasses.is_dataclass(value) or isinstance(value, BaseModel) or hasattr(value, "_fields"):
            return kind.__name__
        if isinstance(value, Mapping):
            keys = ", ".join(sorted(map(str, value))) if len(value) <= _NAMED_KEYS else f"{len(value)} keys"
            return f"{kind.__name__} of {keys}"
        marked = {self._shape(part) for part in _parts(value) if self._contains_mark(part, _DEPTH)}
        return f"{kind.__name__} of {' and '.join(sorted(marked - {''})) or 'text'}"


def _is_ours(frame: FrameType) -> bool:
    code = frame.f_code
    return code.co_filename.startswith(_CODE_FOLDERS) and not code.co_name.startswith("<")


def _parts(value: object) -> Iterator[object]:
    """The parts that ``value`` is made of."""
    if isinstance(value, Mapping):
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, list | tuple | AbstractSet):
        yield from value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield getattr(value, field.name, None)
    elif isinstance(value, BaseModel):
        yield from value.__dict__.values()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--list", action="store_true", help="name the files and shapes too")
    options = parser.parse_args(arguments)
    value_path = path_of_application()
    counts = {"files": len(value_path.files), "shapes": len(value_path.shapes)}
    if options.list:
        for title, found in (("files", value_path.files), ("shapes", value_path.shapes)):
            print(f"{title}:", *found, sep="\n  ")
    print(json.dumps(counts))


def path_of_application() -> ValuePath:
    """The path of an application that is validated as the first library of the sample release.

    It comes in a batch of ten, whose other applications are of other libraries.
    """
    libraries = read_release(SAMPLE_RELEASE).systems[:BATCH]
    value_path = ValuePath([APPLICATION_ID, libraries[0].fscs_key])
    with in_process_stack() as stack:
        stack.load(SAMPLE_RELEASE)
        stack.decide([_application(library, f"earlier-{library.fscs_key}") for library in libraries])
        stack.forget_decisions()
        batch = [_application(library, f"other-{number}") for number, library in enumerate(libraries)]
        batch[0]["application_id"] = APPLICATION_ID
        with value_path.follow_calls():
            stack.decide(batch)
    return value_path


def _application(library: System, application_id: str) -> dict[str, str]:
    return {
        "application_id": application_id,
        "name": library.name,
        "street": library.street,
        "city": library.city,
        "state": library.state,
        "zip": library.zip,
        "phone": library.phone,
    }


if __name__ == "__main__":
    main()
