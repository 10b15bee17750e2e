"""What the app's orchestrators and activities are called: who starts one names it by these."""

from typing import Final

SCORE_JOB: Final = "score_job"
SCORE_SHARD: Final = "score_shard"
PROVISION_DEPLOYMENT: Final = "provision_deployment"
RETIRE_ENDPOINT: Final = "retire_endpoint"
GATHER_UPLOADS: Final = "gather_uploads"
DELIVER_EVENT: Final = "deliver_event"

PLAN_JOB: Final = "plan_job"
SCORE_MINIBATCH: Final = "score_minibatch"
CLOSE_SHARD: Final = "close_shard"
END_JOB: Final = "end_job"
BUILD_ENVIRONMENT: Final = "build_environment"
SMOKE_TEST: Final = "smoke_test"
END_PROVISIONING: Final = "end_provisioning"
ERASE_ENDPOINT: Final = "erase_endpoint"
ACCEPT_UPLOADS: Final = "accept_uploads"
ATTEMPT_DELIVERY: Final = "attempt_delivery"

ORCHESTRATORS = frozenset(
    {
        SCORE_JOB,
        SCORE_SHARD,
        PROVISION_DEPLOYMENT,
        RETIRE_ENDPOINT,
        GATHER_UPLOADS,
        DELIVER_EVENT,
    }
)
ACTIVITIES = frozenset(
    {
        PLAN_JOB,
        SCORE_MINIBATCH,
        CLOSE_SHARD,
        END_JOB,
        BUILD_ENVIRONMENT,
        SMOKE_TEST,
        END_PROVISIONING,
        ERASE_ENDPOINT,
        ACCEPT_UPLOADS,
        ATTEMPT_DELIVERY,
    }
)
