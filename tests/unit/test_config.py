"""Settings come from the environment and are checked; the error for a wrong setting names its variable."""

import pytest
from pydantic import ValidationError

from library_validator.config import (
    FetchReleaseSettings,
    IndexReleaseSettings,
    RevalidateSettings,
    Settings,
    SweepResultsSettings,
    ValidateApplicationsSettings,
)

ENVIRONMENT = {
    "POWERTOOLS_SERVICE_NAME": "a service",
    "REGISTRY_TABLE": "registry",
    "CASEWORK_TABLE": "casework",
    "RESULTS_BUS": "results",
    "RELEASES_BUCKET": "releases",
    "PATH": "/usr/bin",
}
ALL = pytest.mark.parametrize(
    "settings",
    [IndexReleaseSettings, FetchReleaseSettings, ValidateApplicationsSettings, SweepResultsSettings],
)


@ALL
def test_the_variables_that_the_stack_sets_are_enough(settings: type[Settings]) -> None:
    read = settings.from_environment(ENVIRONMENT)
    assert (read.service, read.metrics_namespace, read.log_level) == ("a service", "LibraryValidator", "INFO")


@ALL
@pytest.mark.parametrize("missing", ["POWERTOOLS_SERVICE_NAME", "RESULTS_BUS"])
def test_the_error_for_a_missing_variable_names_it(settings: type[Settings], missing: str) -> None:
    with pytest.raises(ValidationError, match=missing):
        settings.from_environment({name: value for name, value in ENVIRONMENT.items() if name != missing})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LOG_LEVEL", "LOUD"),
        ("MAX_RELEASE_BYTES", "0"),
        ("MAX_RELEASE_BYTES", "much"),
        ("REGISTRY_TABLE", ""),
    ],
)
def test_the_error_for_a_wrong_variable_names_it(variable: str, value: str) -> None:
    with pytest.raises(ValidationError, match=variable):
        IndexReleaseSettings.from_environment({**ENVIRONMENT, variable: value})


@pytest.mark.parametrize(
    ("days", "read"), [("30,7", (30, 7)), ("", ()), ("14", (14,)), (" 30 , 7 ", (30, 7)), (None, (30, 7))]
)
def test_notice_days_are_read_from_numbers_with_commas_between_them(
    days: str | None, read: tuple[int, ...]
) -> None:
    given = {} if days is None else {"EXPIRY_NOTICE_DAYS": days}
    settings = RevalidateSettings.from_environment(
        {**ENVIRONMENT, "REVALIDATIONS_QUEUE_URL": "https://queue", **given}
    )
    assert settings.expiry_notice_days == read


@pytest.mark.parametrize(
    ("variable", "value"), [("EXPIRY_NOTICE_DAYS", "soon"), ("DECISION_VALIDITY_DAYS", "0")]
)
def test_the_error_for_a_wrong_expiry_setting_names_its_variable(variable: str, value: str) -> None:
    with pytest.raises(ValidationError, match=variable):
        RevalidateSettings.from_environment(
            {**ENVIRONMENT, "REVALIDATIONS_QUEUE_URL": "https://queue", variable: value}
        )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FETCH_SOURCES", "[]"),
        ("FETCH_SOURCES", '{"sources": [{"id": "a", "kind": "page", "hosts": ["a.example"]}]}'),
        ("RELEASE_URL", "http://mirror.example/pls.zip"),
        ("RELEASE_URL", "pls.zip"),
        ("MAX_RELEASE_BYTES", "0"),
    ],
)
def test_the_error_for_a_wrong_fetch_setting_names_its_variable(variable: str, value: str) -> None:
    with pytest.raises(ValidationError, match=variable):
        FetchReleaseSettings.from_environment({**ENVIRONMENT, variable: value})


def test_an_added_address_is_asked_after_the_sources_of_the_list() -> None:
    settings = FetchReleaseSettings.from_environment(
        {**ENVIRONMENT, "RELEASE_URL": "https://mirror.example/pls.zip"}
    )
    assert [(source.id, source.official) for source in settings.sources()][-2:] == [
        ("archived-files", False),
        ("own-url", False),
    ]
