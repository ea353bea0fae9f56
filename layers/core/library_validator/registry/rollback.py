"""A person goes back to the registry version that was live before."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from library_validator.errors import RegistryError, RegistryFormatUnknown, VersionSuperseded
from library_validator.event_bus import EventBus, publish_or_raise
from library_validator.matching.stored_entries import READABLE_FORMATS
from library_validator.registry.events import registry_activated
from library_validator.registry.journal import Journal
from library_validator.registry.store import Pointer, RegistryStore, Run, VersionRecord, VersionState
from library_validator.terms import Clock

_PREFIX: Final = "rollback@"


def roll_back(
    store: RegistryStore, bus: EventBus, reason: str, now: Clock, who: str, *, restore: bool = False
) -> Pointer:
    """Make the previous version live again; returns the new pointer.

    The version that was live is marked as rolled back: no upload activates it again. To go back to a version
    that was rolled back, pass ``restore``. If a call was killed between the flip and the event, the next call
    completes it and does nothing else.

    Raises ``NoActiveRegistry``; ``RegistryError`` if there is no previous version; ``VersionSuperseded`` if
    the previous version was rolled back itself, or if a load made another version live meanwhile;
    ``RegistryFormatUnknown``; ``PublishFailed`` (the version is live, its event is not published: call
    again).
    """
    left = store.pointer()
    pending = _pending_roll_back(store, left)
    if pending:
        return _finish_roll_back(Journal(store, pending.run_id, now), store, bus)
    target = _target_of_roll_back(store, left, restore=restore)
    at = now().isoformat()
    journal = Journal(store, f"{_PREFIX}{at}", lambda: datetime.fromisoformat(at))
    journal.begin_step("flipping", version=target.version, replaces=left.active, reason=reason, by=who)
    pointer = _pointer_back(left, target, at, reason)
    try:
        store.flip(pointer, expected_active=left.active, back=True)
    except Exception as error:
        journal.note_failure(error)
        raise
    return _finish_roll_back(journal, store, bus)


def pointer_after_roll_back(store: RegistryStore, now: Clock, *, restore: bool = False) -> Pointer | None:
    """The pointer that a roll-back would write, for a preview; None if a roll-back only has to be finished.

    Raises the errors of ``roll_back``.
    """
    left = store.pointer()
    if _pending_roll_back(store, left):
        return None
    target = _target_of_roll_back(store, left, restore=restore)
    return _pointer_back(left, target, now().isoformat(), "")


def _target_of_roll_back(store: RegistryStore, left: Pointer, *, restore: bool) -> VersionRecord:
    if left.previous is None:
        raise RegistryError(
            f"registry version {left.active} is the first version: there is nothing before it"
        )
    target = store.version(left.previous)
    if target.state is VersionState.ROLLED_BACK and not restore:
        raise VersionSuperseded(target.version, "it was rolled back itself; --restore brings it back")
    if target.index_format not in READABLE_FORMATS:
        raise RegistryFormatUnknown(target.version, target.index_format, READABLE_FORMATS)
    return target


def _pointer_back(left: Pointer, target: VersionRecord, at: str, reason: str) -> Pointer:
    return Pointer(
        active=target.version,
        previous=left.active,
        fiscal_year=target.fiscal_year,
        index_format=target.index_format,
        activated_at=at,
        reason=reason,
    )


def _pending_roll_back(store: RegistryStore, live: Pointer) -> Run | None:
    """The roll-back that wrote ``live``, if it was killed before it ended."""
    run = store.run(f"{_PREFIX}{live.activated_at}")
    return run if run and not run.events_published else None


def _finish_roll_back(journal: Journal, store: RegistryStore, bus: EventBus) -> Pointer:
    """Set the state of both versions, end the run, publish."""
    run, pointer = journal.run, store.pointer()
    record = store.version(pointer.active)
    left = store.find_version(run.replaces) if run.replaces else None
    # A load that was killed right after its flip set no state: the restored version is still "active".
    unmarked = left is not None and left.state not in (VersionState.SUPERSEDED, VersionState.ROLLED_BACK)
    if record.state is not VersionState.ACTIVE or unmarked:
        restored = record.state is VersionState.ROLLED_BACK
        if run.replaces:
            store.set_state(run.replaces, VersionState.SUPERSEDED if restored else VersionState.ROLLED_BACK)
        # This state is set last: it shows that the state of the other version is set.
        store.set_state(pointer.active, VersionState.ACTIVE)
    if not journal.is_finished:
        journal.end_run("active")
    publish_or_raise(registry_activated(journal.run, pointer, record), bus)
    journal.note_published()
    return pointer
