import pytest

from tests.template.template_reader import Template, read_template


@pytest.fixture(scope="session")
def template() -> Template:
    return read_template()
