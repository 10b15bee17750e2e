"""The keys that say how a deployment scores: under `settings:`, or at the root without `type`."""

from shared.schemas.az_yaml.keys import Key, Table
from shared.schemas.az_yaml.kinds import AnyCase, Choice, Kind, Seconds, Text, Texts, Whole

OUTPUT_ACTIONS = {"append_row": "AppendRow", "summary_only": "SummaryOnly"}
OLD_ACTIONS = {"appendrow": "AppendRow", "summaryonly": "SummaryOnly"}
LOGGING_LEVELS = {"warning": "Warning", "info": "Info", "debug": "Debug"}

RETRY = Table(
    (
        Key("max_retries", Whole(0), "How often a mini-batch is tried.", "maxRetries", "3"),
        Key("timeout", Seconds(), "How long one run() may take.", "timeout", "30"),
    ),
    words="a mapping with max_retries and timeout",
)


_MINIBATCHES = (
    Key("mini_batch_size", Whole(1), "Files in one run().", "miniBatchSize", "10"),
    Key(
        "max_concurrency_per_instance",
        Whole(1),
        "Processes that score on one instance.",
        "maxConcurrencyPerInstance",
        "1",
    ),
    Key(
        "error_threshold",
        Whole(-1),
        "Files that may fail before the job does; -1: any number.",
        "errorThreshold",
        "-1",
    ),
)
_SCRIPTS = (
    Key("logging_level", AnyCase(LOGGING_LEVELS), "What scripts log.", "loggingLevel", "`info`"),
    Key("retry_settings", RETRY, "Tries and their time."),
    Key("environment_variables", Texts(), "Seen by init() and run().", "environmentVariables"),
)


def tuning(actions: Kind) -> tuple[Key, ...]:
    """`actions` is what output_action takes, which changed."""
    return (
        *_MINIBATCHES,
        Key("output_action", actions, "What becomes of rows.", "outputAction", "`append_row`"),
        Key(
            "output_file_name",
            Text(),
            "The predictions' file; not with `summary_only`.",
            "outputFileName",
            "`predictions.csv`",
        ),
        *_SCRIPTS,
    )


TODAY = tuning(Choice(OUTPUT_ACTIONS))
CLASSIC = tuning(Choice(OUTPUT_ACTIONS | OLD_ACTIONS, "Write append_row or summary_only."))
