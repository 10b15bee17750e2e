"""The sample app: one function for each thing that the engine must do right."""

import azure.durable_functions as df

from devhost_tests.durable.functions import Functions, Part, Steps
from devhost_tests.durable.sample import basics, entities, failing, waiting


def sample_functions() -> Functions:
    app = Functions()
    for part in (basics.part, waiting.part, failing.part, entities.part, _remembering(app)):
        app.add(part)
    return app


def _remembering(app: Functions) -> Part:
    """Functions that look at what the test has set, or note what it will look at."""
    part = Part()

    @part.activity
    def explode_once(key: str) -> str:
        if app.calls[f"explode_once {key}"] == 0:
            app.calls[f"explode_once {key}"] += 1
            raise ValueError("first time")
        return "second time"

    @part.activity
    def fragile(key: str) -> str:
        app.calls[f"fragile {key}"] += 1
        if app.is_broken:
            raise RuntimeError("broken")
        return f"mended {key}"

    @part.orchestrator
    def uuids(ctx: df.DurableOrchestrationContext) -> Steps:
        before = [str(ctx.new_uuid()), ctx.current_utc_datetime.isoformat()]
        yield ctx.call_activity("noop", None)
        app.seen.append(before)
        yield ctx.call_activity("noop", None)
        return before

    return part
