"""How commands end that did not succeed: interrupted, disk full, local stack gone, nothing live."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from typer.testing import CliRunner

from library_validator.errors import NoActiveRegistry
from library_validator_cli import ending
from library_validator_cli.commands import status, submit
from library_validator_cli.ending import file_in_errors, sentence_after_interruption, sentence_and_exit_code
from library_validator_cli.main import app
from library_validator_cli.output_file import write_texts
from tests.builders.command_lines import every_command, options_of


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_an_interrupted_command_says_in_one_sentence_what_is_left_behind(path: tuple[str, ...]) -> None:
    sentence = sentence_after_interruption(path[0])
    assert sentence.startswith("interrupted: ")
    assert "\n" not in sentence
    assert not ("--yes" in options_of(path) and "nothing was changed" in sentence)


def test_an_interrupted_command_ends_with_130_and_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(_name: str | None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(status, "open_stack", interrupt)
    result = CliRunner().invoke(app, ["status"])
    assert result.exit_code == 130
    assert result.stderr.strip() == "interrupted: nothing was changed, and no incomplete file is left"


def test_a_full_disk_is_named_with_the_file_that_was_being_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def no_space(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left") as raised, file_in_errors(tmp_path / "out.csv"):
        no_space()
    sentence, exit_code = sentence_and_exit_code(raised.value)
    assert sentence.startswith(f"the disk is full: {tmp_path}/out.csv could not be written. Free some space")
    assert exit_code == 1


def test_answers_that_do_not_fit_on_the_disk_leave_no_file(tmp_path: Path) -> None:
    def texts() -> Any:
        yield "first\n"
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left") as raised:
        write_texts(texts(), tmp_path / "out.csv")
    assert raised.value.filename == str(tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_local_stack_that_went_away_is_not_called_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = EndpointConnectionError(endpoint_url="https://127.0.0.1:4711/")
    monkeypatch.setattr(ending, "loss_of_local_stack", lambda: None)
    sentence, exit_code = sentence_and_exit_code(gone)
    assert sentence.startswith("the local stack does not answer any more")
    assert "library-validator doctor" in sentence
    assert exit_code == 3
    monkeypatch.setattr(ending, "loss_of_local_stack", lambda: "the local stack crashed: …")
    assert sentence_and_exit_code(gone)[0] == "the local stack crashed: …"


def test_the_version_is_shown() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.stdout.split()[0] == "library-validator"
    assert result.stdout.split()[1][0].isdigit()


def test_applications_that_are_sent_while_nothing_is_live_are_sent_with_a_warning(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Registry:
        def pointer(self) -> None:
            raise NoActiveRegistry

    submit._warn_without_registry(type("Stack", (), {"registry": Registry()})())
    assert "no registry is live" in capsys.readouterr().err
