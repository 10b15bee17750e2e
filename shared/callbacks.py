"""What calls back, wired: webhooks, the announcing of jobs, deliveries and the event topic."""

from dataclasses import dataclass
from datetime import timedelta

from shared.adapters.address_guard import AddressGuard
from shared.adapters.event_topic import EventTopic
from shared.adapters.guarded_posts import GuardedPosts
from shared.adapters.service_identity import service_identity
from shared.application.announce_job import AnnounceJob
from shared.application.deliver_event import DeliverEvent
from shared.application.follow_job import FollowJob
from shared.application.forget_deliveries import ForgetDeliveries
from shared.application.job_webhooks import JobWebhooks
from shared.application.put_webhook import PutWebhook
from shared.application.sweep_announcements import SweepAnnouncements
from shared.domain.job_event import EventAddresses
from shared.outbound import Outbound, Topic
from shared.ports import Blobs
from shared.settings import Settings
from shared.stores.announcements import Announcements
from shared.stores.deliveries import Deliveries
from shared.stores.jobs import Jobs
from shared.stores.receivers import Receivers
from shared.stores.registry import Registry
from shared.stores.retention import RetentionWalks


@dataclass(frozen=True)
class Callbacks:
    settings: Settings
    registry: Registry
    jobs: Jobs
    receivers: Receivers
    deliveries: Deliveries
    announcements: Announcements
    walks: RetentionWalks
    outbound: Outbound
    topic: Topic

    @property
    def put_webhook(self) -> PutWebhook:
        return PutWebhook(self.registry, self.receivers, self.deliveries, self.outbound)

    @property
    def announce(self) -> AnnounceJob:
        return AnnounceJob(
            self.registry,
            self.jobs,
            self.receivers,
            self.deliveries,
            self.announcements,
            addresses_of(self.settings),
            self.topic.is_set,
        )

    @property
    def job_webhooks(self) -> JobWebhooks:
        return JobWebhooks(self.receivers, self.announce, self.outbound)

    def sweep(self, follow: FollowJob) -> SweepAnnouncements:
        return SweepAnnouncements(self.announce, follow)

    @property
    def forget(self) -> ForgetDeliveries:
        return ForgetDeliveries(
            self.jobs,
            self.announcements,
            self.deliveries,
            self.receivers,
            self.walks,
            timedelta(days=self.settings.delivery_log_days),
        )

    @property
    def deliver(self) -> DeliverEvent:
        return DeliverEvent(
            self.registry,
            self.receivers,
            self.deliveries,
            self.outbound,
            self.topic,
            self.settings.webhook_retry_s,
            self.settings.webhook_timeout_s,
        )


def make_callbacks(settings: Settings, blobs: Blobs, registry: Registry, jobs: Jobs) -> Callbacks:
    is_own_machine = settings.is_own_machine
    guard = AddressGuard(allows_private=is_own_machine, allows_http=is_own_machine)
    return Callbacks(
        settings=settings,
        registry=registry,
        jobs=jobs,
        receivers=Receivers(blobs),
        deliveries=Deliveries(blobs),
        announcements=Announcements(blobs),
        walks=RetentionWalks(blobs),
        outbound=GuardedPosts(guard),
        topic=_topic(settings, allows_http=is_own_machine),
    )


def addresses_of(settings: Settings) -> EventAddresses:
    return EventAddresses(
        workspace=(
            f"/subscriptions/{settings.subscription_id}/resourceGroups/{settings.resource_group}"
            "/providers/Microsoft.MachineLearningServices/workspaces/"
            f"{settings.workspace_name}"
        ),
        base=settings.public_url.rstrip("/"),
    )


def _topic(settings: Settings, *, allows_http: bool) -> EventTopic:
    """The topic is the operator's choice, and may have an address of a private network."""
    guard = AddressGuard(allows_private=True, allows_http=allows_http)
    return EventTopic(
        settings.event_grid_topic_endpoint,
        settings.event_grid_topic_key,
        GuardedPosts(guard),
        service_identity,
    )
