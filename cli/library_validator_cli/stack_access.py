"""The deployed stack that a command works with, and its stores.

A named stack (``--stack-name`` or ``LIBRARY_VALIDATOR_STACK``) is looked up in AWS with the credentials of
the environment. Without a name, the local stack of the present checkout is used if it is up, and otherwise
the stack called ``library-validator`` in AWS.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import boto3
import typer
from botocore.exceptions import ClientError

from library_validator.adapters.aws.casework_access import CaseworkAccess
from library_validator.adapters.aws.clients import COMMAND_LIMITS
from library_validator.adapters.aws.dead_letter_queues import DeadLetterQueues
from library_validator.adapters.aws.decision_table import DecisionTable
from library_validator.adapters.aws.discard_table import DiscardTable
from library_validator.adapters.aws.erasure_table import ErasureTable
from library_validator.adapters.aws.event_bus import EventBridgeBus
from library_validator.adapters.aws.function_logs import CloudWatchLogs
from library_validator.adapters.aws.override_table import OverrideTable
from library_validator.adapters.aws.partner_table import PartnerTable
from library_validator.adapters.aws.registry_table import RegistryTable
from library_validator.adapters.aws.revalidation_table import RevalidationTable
from library_validator.adapters.aws.source_counts import SourceCountTable
from library_validator.decisions.deciding import Decider
from library_validator_cli.failures import CommandFailed, StackUnreachable
from library_validator_cli.terminal import show_notice, show_warning
from library_validator_devstack.local_stack import STACK_NAME, LocalStack
from library_validator_devstack.state_folder import state_folders_of_this_machine

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

StackName = Annotated[
    str | None,
    typer.Option(
        "--stack-name",
        envvar="LIBRARY_VALIDATOR_STACK",
        help="A stack in AWS, by name. Without it: the local stack if it is up, else library-validator.",
    ),
]
DEFAULT_NAME: Final = STACK_NAME  # of a stack that nobody named
_CONFIG: Final = COMMAND_LIMITS.config
# The name in the template of each queue. The outputs add Url or Arn to it.
QUEUES: Final = {
    "applications": "ApplicationsQueue",
    "applications dead letters": "ApplicationsDeadLetterQueue",
    "releases": "ReleasesQueue",
    "releases dead letters": "ReleasesDeadLetterQueue",
    "results": "ResultsQueue",
    "results dead letters": "ResultsDeadLetterQueue",
    "revalidations": "RevalidationsQueue",
    "revalidations dead letters": "RevalidationsDeadLetterQueue",
    "undelivered events": "UndeliveredEventsQueue",
}


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployed stack: its place, and the stores and queues that the outputs of its template name."""

    place: str  # "the local stack", or "stack NAME in REGION"
    is_local: bool
    outputs: Mapping[str, str]
    # session with the caller's own identity, which is the source of applications that the caller sends
    own: boto3.Session
    session: boto3.Session  # session with the operator role, if the caller may assume it
    name: str = STACK_NAME
    role_refusal: str = ""  # why the caller may not assume the operator role; empty: they may
    log: Path | None = None  # of the local stack's server

    def output(self, name: str) -> str:
        """Raises ``CommandFailed`` if the stack's template has no such output."""
        try:
            return self.outputs[name]
        except KeyError:
            raise CommandFailed(
                f"{self.place} has no output {name}; deploy the template of this version"
            ) from None

    @property
    def policy_version(self) -> str | None:
        """The policy by which the stack's functions decide; None if its template is too old to name the
        policy."""
        return self.outputs.get("PolicyVersion")

    @property
    def registry(self) -> RegistryTable:
        return RegistryTable(self.session.client("dynamodb", config=_CONFIG), self.output("RegistryTable"))

    @property
    def decisions(self) -> DecisionTable:
        return DecisionTable(self._casework)

    @property
    def overrides(self) -> OverrideTable:
        return OverrideTable(self._casework)

    @property
    def partners(self) -> PartnerTable:
        return PartnerTable(self._casework)

    @property
    def erasures(self) -> ErasureTable:
        return ErasureTable(self._casework)

    @property
    def counts(self) -> SourceCountTable:
        return SourceCountTable(self._casework)

    @property
    def revalidations(self) -> RevalidationTable:
        return RevalidationTable(self._casework)

    @property
    def _casework(self) -> CaseworkAccess:
        return CaseworkAccess(self.session.client("dynamodb", config=_CONFIG), self.output("CaseworkTable"))

    @property
    def bus(self) -> EventBridgeBus:
        events = self.session.client("events", config=_CONFIG)
        return EventBridgeBus(
            events, self.output("ResultsBus"), lambda text, extra: show_warning(f"{text}: {extra['code']}")
        )

    @property
    def decider(self) -> Decider:
        """Decides as the functions of the stack do."""
        return Decider(self.registry, timedelta(days=float(self.output("DecisionValidityDays"))))

    @property
    def s3(self) -> S3Client:
        return self.session.client("s3", config=_CONFIG)

    @property
    def sqs(self) -> SQSClient:
        return self.session.client("sqs", config=_CONFIG)

    @property
    def own_sqs(self) -> SQSClient:
        return self.own.client("sqs", config=_CONFIG)

    @property
    def dead_letters(self) -> DeadLetterQueues:
        urls = {name: self.output(f"{resource}Url") for name, resource in QUEUES.items()}
        redrivers = [sender for sender in self.outputs.get("Redrivers", "").split(",") if sender]
        return DeadLetterQueues(self.sqs, urls, redrivers)

    @property
    def discards(self) -> DiscardTable:
        return DiscardTable(self._casework)

    @property
    def function_logs(self) -> CloudWatchLogs:
        return CloudWatchLogs(self.session.client("logs", config=_CONFIG), f"/aws/lambda/{self.name}")

    def own_source(self) -> str:
        """The source of the caller's own applications: the unique id of a user or of a role."""
        identity = self.own.client("sts", config=_CONFIG).get_caller_identity()
        return identity["UserId"].partition(":")[0]

    def operator_id(self) -> str:
        """The unique id of the user or role with which commands work."""
        identity = self.session.client("sts", config=_CONFIG).get_caller_identity()
        return identity["UserId"].partition(":")[0]

    def operator(self) -> str:
        """The caller's ARN, which signs overrides and roll-backs. The ARN of an assumed role also names the
        person."""
        return self.session.client("sts", config=_CONFIG).get_caller_identity()["Arn"]


def project_root(start: Path | None = None) -> Path | None:
    """The checkout that holds ``start`` (the current folder): the nearest folder with a template."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "template.yaml").is_file() and (folder / "layers" / "core").is_dir():
            return folder
    return None


def open_stack(stack_name: str | None) -> Stack:
    """Raises ``StackUnreachable`` if there is no such stack. The message says what to do."""
    root = project_root()
    if stack_name is None and root is not None:
        local = LocalStack(root)
        if local.running():
            return open_local_stack(local)
        if loss := local.folder.loss():
            raise StackUnreachable(f"{loss}. library-validator up starts an empty one, down forgets it")
    return _stack_in_aws(stack_name or STACK_NAME)


def open_local_stack(local: LocalStack) -> Stack:
    """The running local stack. Its AWS settings replace those of this process."""
    if not local.is_healthy():
        raise StackUnreachable(
            "the local stack is running but does not answer; run library-validator down, then up. "
            f"Its log: {local.log}"
        )
    outputs = local.outputs()
    if not outputs:
        raise StackUnreachable("the local stack is running but nothing is deployed; run library-validator up")
    surroundings = local.environment_over(os.environ)
    for name in [name for name in os.environ if name not in surroundings]:
        del os.environ[name]
    os.environ.update(surroundings)
    own = boto3.Session()
    session, refusal = _operator_session(own, outputs)
    return Stack("the local stack", True, outputs, own, session, STACK_NAME, refusal, local.log)


def _stack_in_aws(name: str) -> Stack:
    session = boto3.Session()
    if session.region_name is None:
        raise StackUnreachable(
            f"{_no_local_stack()}, and no AWS region is set; run library-validator up, or set AWS_REGION "
            "and credentials"
        )
    place = f"stack {name} in {session.region_name}"
    outputs = outputs_of(session.client("cloudformation", config=_CONFIG), name, place)
    show_notice(f"using {place}")
    operator, refusal = _operator_session(session, outputs)
    return Stack(place, False, outputs, session, operator, name, refusal)


def loss_of_local_stack() -> str | None:
    """If the local stack of this folder crashed, one sentence on what is lost."""
    root = project_root()
    return LocalStack(root).folder.loss() if root else None


LocalCondition = Literal["never", "crashed", "silent", "empty", "up", "other"]


def local_condition() -> LocalCondition:
    """The condition of this folder's local stack; ``other`` if commands would use a stack in AWS."""
    root = project_root()
    if root is None:
        return "other"
    local = LocalStack(root)
    match local.folder.state():
        case "crashed":
            return "crashed"
        case "never":
            return "other" if boto3.Session().region_name else "never"
        case "running":
            if not local.is_healthy():
                return "silent"
            return "up" if local.outputs() else "empty"


def _no_local_stack() -> str:
    """Where the local stack is not up, and where others are up."""
    root = project_root()
    here = f"the local stack of {root} is not up" if root else "this folder is not in a checkout"
    # The state of the local stack is in <checkout>/.local/run.
    others = [str(folder.path.parents[1]) for folder in state_folders_of_this_machine()]
    return f"{here} (a local stack is up in {', '.join(others)})" if others else here


def outputs_of(client: CloudFormationClient, name: str, place: str) -> dict[str, str]:
    """The outputs of a deployed stack. Raises ``StackUnreachable`` if they cannot be read."""
    try:
        stacks = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        raise StackUnreachable(
            f"{place} cannot be read: {error.response['Error'].get('Message', error)}; deploy it with "
            "sam build && sam deploy, name another with --stack-name, or start the local stack: "
            "library-validator up"
        ) from error
    return {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}


def _operator_session(session: boto3.Session, outputs: Mapping[str, str]) -> tuple[boto3.Session, str]:
    """A session with the operator role, the only role that may upload. If the caller may not assume it, this
    returns the caller's own session and the refusal."""
    role = outputs.get("OperatorRoleArn", "")
    sts = session.client("sts", config=_CONFIG)
    own = sts.get_caller_identity()["Arn"]
    if not role or f":assumed-role/{role.rpartition('/')[2]}/" in own:
        return session, ""
    try:
        # The session is named after the person, so that the account's audit trail names them.
        name = re.sub(r"[^\w+=,.@-]", "-", re.split(r"[/:]", own)[-1])[:64]
        credentials = sts.assume_role(RoleArn=role, RoleSessionName=name)["Credentials"]
    except ClientError as error:
        refusal = str(error.response["Error"].get("Message", error))
        show_notice(f"using your own credentials, as the operator role cannot be assumed: {refusal}")
        return session, refusal
    assumed = boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        region_name=session.region_name,
    )
    return assumed, ""
