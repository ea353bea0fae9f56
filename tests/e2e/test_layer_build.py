"""The layer for AWS, built with the Python that runs these tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path
from typing import Final

import pytest

from library_validator_devstack.environments import bootstrap_environment, install
from tests.e2e.service import ROOT

UNCHECKED_HASH: Final = (1).to_bytes(
    4, "little"
)  # PEP 552: Python uses the file without a look at its source
SHOWN: Final = "shown.txt"
LAMBDA_LIMIT: Final = 250 * 1024 * 1024  # bytes, unzipped, of a function and its layers together


def _build(artifacts: Path, **settings: str) -> str:
    """Build the layer in a folder; returns what `sam build` would show."""
    surroundings = os.environ | settings
    surroundings |= {"ARTIFACTS_DIR": str(artifacts), "PYTHON": str(bootstrap_environment(ROOT).python)}
    done = subprocess.run(
        ["make", "build-CoreLayer"], cwd=ROOT / "layers" / "core", env=surroundings,
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return done.stdout


@pytest.fixture(scope="module", params=[("arm64", "aarch64"), ("x86_64", "x86_64")], ids=lambda p: p[0])
def layer_folder_and_processor(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """The folder that the layer unpacks to, and the machine that it was built for."""
    architecture, machine = request.param
    install(ROOT, ("sam",), lambda _said: None)
    artifacts = tmp_path_factory.mktemp(architecture)
    (artifacts / SHOWN).write_text(_build(artifacts, LAMBDA_ARCH=architecture))
    return artifacts, machine


def test_the_compiled_parts_of_the_layer_are_for_lambdas_python_and_processor(
    layer_folder_and_processor: tuple[Path, str],
) -> None:
    artifacts, machine = layer_folder_and_processor
    extensions = list((artifacts / "python").rglob("*.so"))
    assert any(path.name.startswith("_pydantic_core") for path in extensions)
    assert any("rapidfuzz" in path.parts for path in extensions)
    foreign = [path.name for path in extensions if f"cpython-314-{machine}-linux-gnu" not in path.name]
    assert foreign == []


def test_the_layer_has_our_code_and_the_aws_services_that_it_calls(
    layer_folder_and_processor: tuple[Path, str],
) -> None:
    site = layer_folder_and_processor[0] / "python"
    assert (site / "library_validator" / "py.typed").is_file()
    described = {path.name for path in (site / "botocore" / "data").iterdir() if path.is_dir()}
    assert described == {"dynamodb", "events", "s3", "sqs", "sts"}
    assert not any(path.name in {"tests", "bin", "examples"} for path in site.rglob("*") if path.is_dir())


def test_the_layer_is_far_below_the_size_limit_of_lambda(
    layer_folder_and_processor: tuple[Path, str],
) -> None:
    size = sum(path.stat().st_size for path in layer_folder_and_processor[0].rglob("*") if path.is_file())
    assert size < LAMBDA_LIMIT / 4


def test_the_python_of_the_runtime_compiles_the_layer(tmp_path: Path) -> None:
    install(ROOT, ("sam",), lambda _said: None)
    shown = _build(tmp_path, LAMBDA_PYTHON=f"{sys.version_info.major}.{sys.version_info.minor}")
    assert "WARNING" not in shown
    sources = list((tmp_path / "python" / "library_validator").rglob("*.py"))
    assert len(sources) > 100
    for source in sources:
        compiled = Path(cache_from_source(str(source))).read_bytes()
        assert compiled[4:8] == UNCHECKED_HASH, source
    assert b"/opt/python/library_validator" in compiled
    assert str(tmp_path).encode() not in compiled


def test_a_layer_that_no_python_of_the_runtime_compiles_is_built_with_a_warning(
    layer_folder_and_processor: tuple[Path, str],
) -> None:
    artifacts, _ = layer_folder_and_processor
    has_runtime = shutil.which("python3.14") is not None or sys.version_info[:2] == (3, 14)
    assert any(artifacts.rglob("*.pyc")) is has_runtime
    assert ("WARNING: the layer is not compiled" in (artifacts / SHOWN).read_text()) is not has_runtime
