"""The project's virtual environments, made from requirement files that are locked by hash.

Standard library only: any bare Python from 3.11 on runs this file as a script, before anything is
installed (``make install`` does). pip installs uv by hash, and uv installs the rest. Each environment has a
stamp that names what it was made from. An environment with the right stamp is not made again.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

Progress = Callable[[str], None]

STAMP = "library-validator.stamp"
DISK_FULL = "No space left on device"
# Parts of what pip and uv print if they cannot reach the package index.
NO_NETWORK = (
    "name resolution",
    "Name or service not known",
    "nodename nor servname",
    "Could not resolve",
    "dns error",
    "Network is unreachable",
    "Connection refused",
    "NewConnectionError",
    "ConnectTimeout",
    "Failed to fetch",
    "error sending request",
    "tcp connect error",
)


class EnvironmentFailed(Exception):
    """An environment could not be made. The message ends with the installer's output."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One virtual environment: its folder, and the files that list its packages."""

    name: str
    path: Path
    requirements: Path | None  # None: an empty environment with nothing but Python
    project: Path | None = (
        None  # a folder whose project is also installed, editable and without its dependencies
    )

    @property
    def python(self) -> Path:
        return self.path / "bin" / "python"

    def stamp(self) -> str:
        """A digest of everything that the environment is made from: its folder, the Python, the files."""
        digest = hashlib.sha256(f"{self.path}\n{base_python()}\n{sys.version}\n{self.project}".encode())
        for file in (self.requirements, self.project and self.project / "pyproject.toml"):
            if file:
                digest.update(file.read_bytes())
        return digest.hexdigest()

    def has_this_python(self) -> bool:
        """Whether the environment uses the same Python as this process."""
        try:
            lines = (self.path / "pyvenv.cfg").read_text().splitlines()
        except OSError:
            return False
        pairs = (line.partition("=") for line in lines)
        settings = {name.strip(): value.strip() for name, _, value in pairs}
        version = settings.get("version_info") or settings.get("version", "")
        home = Path(settings.get("home", ""), Path(base_python()).name).resolve()
        return version == platform.python_version() and str(home) == base_python()

    def is_ready(self) -> bool:
        try:
            return (self.path / STAMP).read_text() == self.stamp()
        except OSError:
            return False


def project_environments(root: Path) -> dict[str, Environment]:
    """Every environment of the checkout at ``root``, by name."""
    local, requirements = root / ".local", root / "requirements"
    return {
        "development": Environment("development", root / ".venv", requirements / "check.txt", root),
        "command": Environment("command", local / "command", requirements / "command.txt"),
        "sam": Environment("sam", local / "sam", requirements / "sam.txt"),
        "stack": Environment("stack", local / "stack", requirements / "stack.txt"),
        "bench": Environment("bench", local / "bench", requirements / "bench.txt", root),
        "checkov": Environment("checkov", local / "checkov", requirements / "checkov.txt"),
        "supply": Environment("supply", local / "supply", requirements / "supply.txt"),
        "handlers": Environment("handlers", local / "handlers", None),
    }


def bootstrap_environment(root: Path) -> Environment:
    """The environment of pip and uv, which make the other environments and build the layer."""
    return Environment("bootstrap", root / ".local" / "bootstrap", root / "requirements" / "bootstrap.txt")


def base_python() -> str:
    """The path of the interpreter itself, also where this process runs in a virtual environment."""
    return str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())


def install(root: Path, names: Iterable[str], progress: Progress) -> None:
    """Make the named environments in parallel. Environments that are ready do not change.

    ``progress`` is called when an environment starts and when it is done. Raises ``EnvironmentFailed``.
    """
    known = project_environments(root)
    missing = [known[name] for name in names if not known[name].is_ready()]
    if not missing:
        return
    uv = _make_bootstrap(root, progress)
    with ThreadPoolExecutor(max_workers=len(missing)) as pool:
        for made in [pool.submit(_make_environment, environment, uv, progress) for environment in missing]:
            made.result()


def _make_bootstrap(root: Path, progress: Progress) -> Path:
    environment = bootstrap_environment(root)
    uv = environment.path / "bin" / "uv"
    if not environment.is_ready():
        progress("installing pip and uv")
        shutil.rmtree(environment.path, ignore_errors=True)
        _run_command([base_python(), "-m", "venv", str(environment.path)], environment)
        pip = [str(environment.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        pip += ["--retries", "1", "--timeout", "15"]
        locked = ["--require-hashes", "--only-binary", ":all:", "-r", str(environment.requirements)]
        _run_command([*pip, *locked], environment)
        (environment.path / STAMP).write_text(environment.stamp())
    return uv


def _make_environment(environment: Environment, uv: Path, progress: Progress) -> None:
    started = time.monotonic()
    progress(f"installing {environment.name}")
    here = ["--quiet", "--python", str(environment.python)]
    if not environment.has_this_python():
        shutil.rmtree(environment.path, ignore_errors=True)
        _run_command(
            [str(uv), "venv", "--quiet", "--python", base_python(), str(environment.path)], environment
        )
    if environment.requirements:
        # Exactly these packages: others are removed, those that fit are kept.
        requirements = str(environment.requirements)
        _run_command([str(uv), "pip", "sync", *here, "--require-hashes", requirements], environment)
    if environment.project:
        project = str(environment.project)
        _run_command([str(uv), "pip", "install", *here, "--no-deps", "--editable", project], environment)
    (environment.path / STAMP).write_text(environment.stamp())
    progress(f"installed {environment.name} in {time.monotonic() - started:.0f} s")


def _run_command(command: list[str], environment: Environment) -> None:
    # The activated environment of another project must not decide where packages are installed.
    surroundings = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    # Use the machine's certificates, as pip does: they may include the authority of a company's proxy.
    surroundings.setdefault("UV_SYSTEM_CERTS", "true")
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=surroundings)
    if done.returncode:
        output = (done.stderr or done.stdout).strip()[-2000:]
        raise EnvironmentFailed(_why_it_failed(environment, Path(command[0]).name, output))


def _why_it_failed(environment: Environment, program: str, output: str) -> str:
    if any(part in output for part in NO_NETWORK):
        last = output.splitlines()[-1].strip()
        return (
            f"no package can be downloaded for {environment.path}: the package index cannot be reached. "
            "The first installation needs a network; everything after it does without. Check the network "
            f"and the proxy, then run the command again. The installer's last line: {last}"
        )
    if DISK_FULL in output:
        return f"the disk is full: no package can be installed in {environment.path}"
    return f"{environment.name}: {program} failed:\n{output}"


def _report_progress(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def main() -> int:
    """``python environments.py NAME ...``: make the named environments of this checkout."""
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("names", nargs="+", choices=sorted(project_environments(root)))
    try:
        install(root, parser.parse_args().names, _report_progress)
    except EnvironmentFailed as error:
        _report_progress(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
