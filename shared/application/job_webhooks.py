"""The webhook that came with an invocation: kept apart from its job, which only has a key to it."""

import uuid
from dataclasses import dataclass

from shared.application.announce_job import AnnounceJob
from shared.application.find_webhook import target_of_job
from shared.domain.job import JobSpec
from shared.domain.webhook import Receiver, new_secret
from shared.outbound import Outbound
from shared.schemas.arm_webhooks import JobWebhook
from shared.stores.receivers import Receivers

URL = "properties.webhook.url"


@dataclass(frozen=True)
class JobWebhooks:
    receivers: Receivers
    announce: AnnounceJob
    outbound: Outbound

    def check(self, webhook: JobWebhook | None) -> None:
        """Raises InvalidRequest."""
        if webhook is not None:
            self.outbound.check(webhook.url, target=URL)

    def key(self, webhook: JobWebhook | None) -> str:
        """What the job's document says of it: two jobs of one name have two keys."""
        return uuid.uuid4().hex if webhook else ""

    def prepare(self, spec: JobSpec, webhook: JobWebhook | None) -> None:
        """Before there is such a job: that somebody is called, and who.

        In this order: the note lets a sweep find a receiver whose job never came to be.
        """
        self.announce.note(spec)
        if webhook is not None:
            receiver = Receiver(
                url=webhook.url,
                secret=webhook.secret or new_secret(),
                events=webhook.events,
                is_made=not webhook.secret,
            )
            self.receivers.put(target_of_job(spec), receiver)

    def forget(self, spec: JobSpec) -> None:
        """There is no such job."""
        if spec.webhook:
            self.receivers.erase(target_of_job(spec))

    def made_secret(self, spec: JobSpec) -> str:
        """The secret that the service made, for who invoked; empty if it made none."""
        receiver = self.receivers.find(target_of_job(spec)) if spec.webhook else None
        return receiver.secret if receiver and receiver.is_made else ""
