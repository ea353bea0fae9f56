"""Functions and their layer: runtime, processor, packaging, settings."""

import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from library_validator.config import (
    FetchReleaseSettings,
    IndexReleaseSettings,
    RevalidateSettings,
    SweepResultsSettings,
    ValidateApplicationsSettings,
)
from tests.template.expanded_template import expanded_resources
from tests.template.template_reader import ROOT, Template

SETTINGS: dict[str, type[BaseModel]] = {
    "IndexReleaseFunction": IndexReleaseSettings,
    "ValidateApplicationsFunction": ValidateApplicationsSettings,
    "SweepResultsFunction": SweepResultsSettings,
    "FetchReleaseFunction": FetchReleaseSettings,
    "RevalidateFunction": RevalidateSettings,
}


def test_functions_run_on_the_newest_python_and_the_chosen_processor(template: Template) -> None:
    common = template.body["Globals"]["Function"]
    assert common["Runtime"] == "python3.14"
    assert common["Architectures"] == [{"Ref": "Architecture"}]
    assert template.body["Parameters"]["Architecture"]["AllowedValues"] == ["arm64", "x86_64"]
    layer = template.properties("CoreLayer")
    assert layer["CompatibleRuntimes"] == ["python3.14"]
    assert layer["CompatibleArchitectures"] == [{"Ref": "Architecture"}]


def test_functions_are_packaged_without_a_build_and_the_layer_by_its_makefile(template: Template) -> None:
    functions = template.of_type("AWS::Serverless::Function")
    assert set(functions) == set(SETTINGS)
    for name, function in functions.items():
        assert template.resources[name]["Metadata"] == {"SkipBuild": True}
        assert (ROOT / function["CodeUri"] / "handler.py").is_file()
    # SAM does not rewrite a path in Globals for functions that it does not build.
    assert "CodeUri" not in template.body["Globals"]["Function"]
    assert template.resources["CoreLayer"]["Metadata"] == {"BuildMethod": "makefile"}
    assert template.body["Globals"]["Function"]["Layers"] == [{"Ref": "CoreLayer"}]


def test_a_build_never_has_a_layer_for_another_processor() -> None:
    # SAM's cache does not know for which processor the files of the layer were built.
    configuration = tomllib.loads((ROOT / "samconfig.toml").read_text())
    assert configuration["default"]["build"]["parameters"]["cached"] is False


def test_sam_expands_the_loops_of_the_template(template: Template) -> None:
    assert template.body["Transform"] == ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"]
    configuration = tomllib.loads((ROOT / "samconfig.toml").read_text())
    assert configuration["default"]["global"]["parameters"]["language_extensions"] is True


def test_no_module_of_a_function_hides_a_module_of_the_layer(template: Template) -> None:
    # A function's own code comes before the layer on AWS, and after it on the local stack.
    layer = {path.name for path in (ROOT / "layers" / "core" / "library_validator").parent.iterdir()}
    for function in template.of_type("AWS::Serverless::Function").values():
        modules = {path.stem for path in Path(ROOT, function["CodeUri"]).glob("*.py")}
        assert modules == {"handler"}
        assert "handler" not in layer


def test_a_handler_has_under_sixty_lines(template: Template) -> None:
    # A handler joins adapters to an entrypoint; everything else is in the layer.
    for function in template.of_type("AWS::Serverless::Function").values():
        handler = ROOT / function["CodeUri"] / "handler.py"
        assert len(handler.read_text().splitlines()) < 60, handler


@pytest.mark.parametrize(("function", "settings"), SETTINGS.items())
def test_a_function_gets_every_setting_that_it_reads_and_no_other(
    template: Template, function: str, settings: type[BaseModel]
) -> None:
    common = template.body["Globals"]["Function"]["Environment"]["Variables"]
    own = template.properties(function)["Environment"]["Variables"]
    read = {field.alias for field in settings.model_fields.values()}
    assert set(common) | set(own) == read


@pytest.mark.parametrize(("function", "settings"), SETTINGS.items())
def test_the_defaults_of_the_parameters_are_settings_that_a_function_accepts(
    template: Template, function: str, settings: type[BaseModel]
) -> None:
    variables = template.body["Globals"]["Function"]["Environment"]["Variables"]
    variables = variables | template.properties(function)["Environment"]["Variables"]
    resolved = {name: template.resolve(value) for name, value in variables.items()}
    named = {name: str(value if isinstance(value, str | int) else name) for name, value in resolved.items()}
    assert settings.model_validate(named).model_dump()["service"] == function_folder(template, function)


def function_folder(template: Template, function: str) -> str:
    return Path(template.properties(function)["CodeUri"]).name


def test_a_crash_is_logged_as_json(template: Template) -> None:
    # The runtime writes a crash, a time-out and a lack of memory. It knows nothing of the project's logger.
    assert template.body["Globals"]["Function"]["LoggingConfig"] == {"LogFormat": "JSON"}
    for name, function in expanded_resources().items():
        if function["Type"] == "AWS::Lambda::Function":
            assert function["Properties"]["LoggingConfig"]["LogFormat"] == "JSON", name
            assert "LogGroup" in function["Properties"]["LoggingConfig"], name


def test_lambda_drops_no_line_that_the_logger_writes(template: Template) -> None:
    # In JSON, Lambda itself drops lines below ApplicationLogLevel. It takes a metric for a line at INFO, so
    # the level must stay at its default, INFO, and the logger's own level decides.
    assert "ApplicationLogLevel" not in template.body["Globals"]["Function"]["LoggingConfig"]
    assert "DEBUG" not in template.body["Parameters"]["LogLevel"]["AllowedValues"]


def test_tracing_is_lambdas_own_and_off_until_it_is_asked_for(template: Template) -> None:
    # No tracer in the code: it wraps an SDK that has no releases after February 2027.
    assert template.body["Globals"]["Function"]["Tracing"] == {"Ref": "Tracing"}
    chosen = template.body["Parameters"]["Tracing"]
    assert (chosen["Default"], chosen["AllowedValues"]) == ("PassThrough", ["PassThrough", "Active"])
    policy = template.resources["TracingPolicy"]
    assert policy["Condition"] == "IsTraced"
    roles = {role["Ref"] for role in policy["Properties"]["Roles"]}
    functions = template.of_type("AWS::Serverless::Function").values()
    assert roles == {function["Role"]["Fn::GetAtt"][0] for function in functions}
