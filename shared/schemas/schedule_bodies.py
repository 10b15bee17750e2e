"""The bodies of schedules, with their readers and full examples: what OpenAPI shows."""

from datetime import UTC, datetime

from shared.schemas import arm_schedules
from shared.schemas.bodies import FILES, WORDS
from shared.schemas.shapes import BodyShape

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SCHEDULE = BodyShape(
    "Schedule",
    lambda body: arm_schedules.read_schedule("nightly", body, NOON),
    [
        {
            "properties": {
                **WORDS,
                "displayName": "Nightly",
                "tags": {"team": "wine"},
                "isEnabled": True,
                "catchup": "once",
                "trigger": {
                    "triggerType": "Recurrence",
                    "frequency": "Week",
                    "interval": 1,
                    "startTime": "2026-03-01T00:00:00",
                    "endTime": "2027-03-01T00:00:00",
                    "timeZone": "Europe/Berlin",
                    "schedule": {"hours": [2], "minutes": [30], "weekDays": ["Monday"]},
                },
                "action": {
                    "actionType": "InvokeBatchEndpoint",
                    "endpointInvocationDefinition": {
                        "endpointName": "wine-scorer",
                        "deploymentName": "main",
                        "properties": {
                            "inputData": {
                                "wines": {"jobInputType": "UriFolder", "uri": f"{FILES}/wines"}
                            }
                        },
                    },
                },
            }
        },
        {
            "properties": {
                "trigger": {"triggerType": "Cron", "expression": "30 2 * * 1-5"},
                "action": {
                    "actionType": "CreateJob",
                    "jobDefinition": {"jobType": "Pipeline", "sourceJobId": "azureml:tuesday"},
                },
            }
        },
        {
            "properties": {
                "trigger": {
                    "triggerType": "Recurrence",
                    "frequency": "Month",
                    "interval": 1,
                    "schedule": {"hours": [2], "minutes": [30], "monthDays": [1, 15]},
                },
                "action": {
                    "actionType": "CreateJob",
                    "jobDefinition": {"jobType": "Pipeline", "sourceJobId": "azureml:tuesday"},
                },
            }
        },
    ],
)
SCHEDULE_RUN = BodyShape(
    "ScheduleRun",
    arm_schedules.read_schedule_time,
    [{"scheduleTime": "2026-03-01T02:30:00Z"}],
    may_be_empty=True,
)
