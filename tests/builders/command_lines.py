"""The commands of the command line, and their options."""

from __future__ import annotations

from typing import Any

import typer

from library_validator_cli.main import app


def every_command() -> list[tuple[str, ...]]:
    """The path of each command: ``("release", "list")``."""
    return sorted(_commands_below((), typer.main.get_command(app)))


def options_of(path: tuple[str, ...]) -> set[str]:
    """Every option of a command, long and short, with the options of all commands."""
    command: Any = typer.main.get_command(app)
    for name in path:
        command = command.commands[name]
    return {"--help", "-h"} | {
        option for given in command.params for option in (*given.opts, *given.secondary_opts)
    }


def _commands_below(path: tuple[str, ...], command: Any) -> list[tuple[str, ...]]:
    if not hasattr(command, "commands"):
        return [path]
    return [
        leaf for name, below in command.commands.items() for leaf in _commands_below((*path, name), below)
    ]
