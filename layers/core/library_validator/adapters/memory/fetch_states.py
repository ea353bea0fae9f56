"""The states of the sources of releases, in memory."""

from __future__ import annotations

from library_validator.releases.fetching.source_states import SourceState


class MemoryFetchStates:
    """``FetchStates``."""

    def __init__(self) -> None:
        self._states: dict[str, SourceState] = {}

    def states(self) -> dict[str, SourceState]:
        return dict(self._states)

    def put_state(self, state: SourceState) -> None:
        self._states[state.source_id] = state
