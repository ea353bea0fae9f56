"""The command for each next action of a view."""

from __future__ import annotations

from typing import Final

from library_validator.views.policy import NextAction

PREVIEW: Final = "library-validator revalidate start --dry-run"
START: Final = "library-validator revalidate start"
FOLLOW: Final = "library-validator revalidate status"

COMMANDS: Final[dict[NextAction, str]] = {
    "preview_revalidation": PREVIEW,
    "start_revalidation": START,
    "follow_revalidation": FOLLOW,
}
