"""The exceptions of library-validator, as a tree.

LibraryValidatorError
├── ReleaseRefused            a file is not a whole release of the Public Libraries Survey
├── NotFetched                a release source did not give a release; another source may
├── RegistryError
│   ├── RegistryUnavailable   the registry table refused a request or did not answer: try again
│   ├── NoActiveRegistry      no registry was ever activated: upload a release first
│   ├── RegistryFormatUnknown the active version has an index format that this code cannot read
│   ├── VersionSuperseded     a newer version is live, or another load went live meanwhile
│   ├── ReviewRefused         a run cannot be accepted or rejected, because it is not in quarantine
│   ├── RunChanged            another writer changed a run in the meantime: read it again
│   ├── BucketUnavailable     the releases bucket refused a request or did not answer: try again
│   └── IndexIncomplete       the stored index differs from the index that was built: it did not go live
├── FileUnreadable            a file has no applications that can be read
├── NotInFile                 somebody named a column, a field or a sheet that does not exist
├── ApplicationUnreadable     a message has no readable application or no id: it goes to the DLQ
├── DecisionConflict          the current decision of an application kept changing: try again
├── OverrideRefused           a person's answer to an application cannot be recorded
├── PartnerRefused            a partner cannot be registered or changed like this
├── WordsRefused              words for the record have an e-mail address or a telephone number
├── ErasureRefused            nothing that an applicant typed is stored any more
├── ApplicationUnknown        there is no decision on an application
├── SeveralSenders            several senders use the same application id: name one of them
├── CaseworkUnavailable       the casework table refused a request or did not answer: try again
├── QueueUnavailable          a queue refused a request or did not answer: try again
├── LogsUnavailable           a function's log cannot be read
└── PublishFailed             the event bus did not take an event: the sweeper publishes it later
"""

from __future__ import annotations


class LibraryValidatorError(Exception):
    """Base of all errors that this package raises on purpose."""


class ReleaseRefused(LibraryValidatorError):
    """A file is not a whole release of the Public Libraries Survey.

    ``found`` and ``expected`` are short phrases; the message is one sentence made of both.
    ``row_problems``: the problems of rows, if they are the reason: ``records.RowProblem`` as JSON.
    """

    def __init__(self, found: str, expected: str, row_problems: tuple[dict[str, object], ...] = ()) -> None:
        self.found = found
        self.expected = expected
        self.row_problems = row_problems
        super().__init__(f"{found}; expected {expected}")


class NotFetched(LibraryValidatorError):
    """A release source did not give a release.

    ``outcome`` is a ``releases.fetching.downloading.FetchOutcome``. ``problem`` completes a sentence that
    begins with the source's name. ``transient``: another attempt may succeed, ``wait`` seconds later.
    """

    def __init__(
        self, outcome: str, problem: str, *, transient: bool = False, wait: float | None = None
    ) -> None:
        self.outcome = outcome
        self.transient = transient
        self.wait = wait
        super().__init__(problem)


class RegistryError(LibraryValidatorError):
    """The registry cannot answer, or must not be changed as requested."""


class RegistryUnavailable(RegistryError):
    def __init__(self, table: str, operation: str, reason: str) -> None:
        self.operation = operation
        super().__init__(f"registry table {table} did not answer {operation}: {reason}")


class NoActiveRegistry(RegistryError):
    def __init__(self) -> None:
        super().__init__("no registry is active: upload a release of the Public Libraries Survey first")


class RegistryFormatUnknown(RegistryError):
    def __init__(self, version: str, index_format: int, readable: tuple[int, ...]) -> None:
        self.version = version
        self.index_format = index_format
        super().__init__(
            f"registry version {version} has index format {index_format}, this code reads "
            f"{', '.join(map(str, readable))}: index the release again or deploy the newer code"
        )


class VersionSuperseded(RegistryError):
    def __init__(self, version: str, reason: str) -> None:
        self.version = version
        super().__init__(f"registry version {version} was not activated: {reason}")


class ReviewRefused(RegistryError):
    def __init__(self, run_id: str, reason: str) -> None:
        self.run_id = run_id
        super().__init__(f"run {run_id} was neither accepted nor rejected: {reason}")


class RunChanged(RegistryError):
    def __init__(self, run_id: str, expected: str) -> None:
        self.run_id = run_id
        super().__init__(f"run {run_id} is not {expected} any more: look at it again")


class BucketUnavailable(RegistryError):
    """The releases bucket did not give or take an object. That the object is gone is another error."""

    def __init__(self, key: str, reason: str) -> None:
        self.key = key
        super().__init__(f"the releases bucket gave no answer about {key}: {reason}")


class IndexIncomplete(RegistryError):
    def __init__(self, version: str, problem: str) -> None:
        self.version = version
        super().__init__(f"registry version {version} was not activated: {problem}; load the release again")


class FileUnreadable(LibraryValidatorError):
    """A file has no applications that can be read.

    ``problem`` completes a sentence that begins with the file's name. ``option``: the option that would make
    the file readable: ``column``, ``sheet``, or none.
    """

    def __init__(self, file: str, problem: str, *, option: str = "") -> None:
        self.file = file
        self.problem = problem
        self.option = option
        super().__init__(f"{file} {problem}")


class NotInFile(LibraryValidatorError):
    """Somebody named a column, a field or a sheet that does not exist: the message lists those that do."""


class ApplicationUnreadable(LibraryValidatorError):
    """A message that cannot be answered: it is not JSON, too large, or without an application id."""


class DecisionConflict(LibraryValidatorError):
    def __init__(self, application_id: str) -> None:
        self.application_id = application_id
        super().__init__(f"the current decision of application {application_id} kept changing: try again")


class OverrideRefused(LibraryValidatorError):
    """A person's answer to an application cannot be recorded: the message says what to do."""


class PartnerRefused(LibraryValidatorError):
    """A partner cannot be registered or changed like this: the message says why."""


class WordsRefused(LibraryValidatorError):
    """Words for the record have data of a person."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"the words have {what}, and they are kept for years: name persons by role (the director, the "
            "clerk), and write no address or number except the number that the survey lists for the library"
        )


class ErasureRefused(LibraryValidatorError):
    """There is nothing to erase."""


class ApplicationUnknown(LibraryValidatorError):
    """There is no decision on an application. ``where``: the source or the days that were searched."""

    def __init__(self, application_id: str, where: str) -> None:
        self.application_id = application_id
        super().__init__(f"there is no decision on application {application_id!r} {where}")


class SeveralSenders(LibraryValidatorError):
    """Several senders use the same application id."""

    def __init__(self, application_id: str, sources: list[str]) -> None:
        self.application_id = application_id
        self.sources = sources
        super().__init__(f"several senders use the application id {application_id!r}: {', '.join(sources)}")


class CaseworkUnavailable(LibraryValidatorError):
    def __init__(self, operation: str, reason: str) -> None:
        self.operation = operation
        super().__init__(f"the casework table did not {operation}: {reason}")


class QueueUnavailable(LibraryValidatorError):
    def __init__(self, queue: str, operation: str, reason: str) -> None:
        self.queue = queue
        super().__init__(f"the queue {queue} did not {operation}: {reason}")


class LogsUnavailable(LibraryValidatorError):
    def __init__(self, function: str, reason: str) -> None:
        self.function = function
        super().__init__(f"the log of {function} cannot be read: {reason}")


class PublishFailed(LibraryValidatorError):
    def __init__(self, event_ids: list[str], reason: str) -> None:
        self.event_ids = event_ids
        super().__init__(f"the results bus did not take {len(event_ids)} event(s): {reason}")
