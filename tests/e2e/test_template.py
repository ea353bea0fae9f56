"""The deployed stack has what the template tests read: loops are expanded in the same way."""

from __future__ import annotations

from tests.e2e.service import Service
from tests.template.template_reader import read_template

IN_LOOPS = ("AWS::CloudWatch::Alarm", "AWS::Logs::LogGroup")


def test_the_stack_has_every_alarm_and_log_group_of_the_template(service: Service) -> None:
    template = read_template()
    for kind in IN_LOOPS:
        # The local stack never fetches, and has no alarm on a search that stops.
        of_template = {
            n for n in template.of_type(kind) if template.resources[n].get("Condition") != "Fetches"
        }
        assert service.resources_of_type(kind) == of_template, kind


def test_the_stack_has_every_output_of_the_template(service: Service) -> None:
    assert set(service.outputs) == set(read_template().body["Outputs"])
