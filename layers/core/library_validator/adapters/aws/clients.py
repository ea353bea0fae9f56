"""Clients of AWS services, made as boto3 makes them, without the rest of boto3.

The functions use no resources and no transfer manager; without their import, a cold start takes a tenth less
time (``python -m lab.speed.cold_start``).
"""

from __future__ import annotations

from typing import Any

from botocore.session import get_session


def clients_of(*services: str) -> list[Any]:
    """A client of each service, in one session; the environment has credentials, region and endpoints."""
    session = get_session()
    return [session.create_client(service) for service in services]
