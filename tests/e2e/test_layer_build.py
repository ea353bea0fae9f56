"""The layer for AWS, built with the Python that runs these tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from library_validator_devstack.environments import bootstrap_environment, install
from tests.e2e.service import ROOT

LAMBDA_LIMIT = 250 * 1024 * 1024  # bytes, unzipped, of a function and its layers together


@pytest.fixture(scope="module", params=[("arm64", "aarch64"), ("x86_64", "x86_64")], ids=lambda p: p[0])
def layer_folder_and_processor(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """The folder that the layer unpacks to, and the machine that it was built for."""
    architecture, machine = request.param
    install(ROOT, ("sam",), lambda _said: None)
    artifacts = tmp_path_factory.mktemp(architecture)
    surroundings = os.environ | {
        "ARTIFACTS_DIR": str(artifacts),
        "LAMBDA_ARCH": architecture,
        "PYTHON": str(bootstrap_environment(ROOT).python),
    }
    subprocess.run(["make", "build-CoreLayer"], cwd=ROOT / "layers" / "core", env=surroundings, check=True)
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
