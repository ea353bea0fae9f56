"""Runs in SAM's own environment: a template as JSON from standard input, transformed, to standard output."""

import json
import sys

from samtranslator.translator.transform import transform


class _NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


def main() -> None:
    body = json.load(sys.stdin)
    defaults = {name: str(parameter["Default"]) for name, parameter in body["Parameters"].items()}
    json.dump(transform(body, defaults, _NoManagedPolicies()), sys.stdout)


if __name__ == "__main__":
    main()
