"""Jobs: to look at, to wait for, to fetch what they left; and the logs of deployments."""

from cli.command import Command

GROUPS = {"job": "Jobs, what invoking an endpoint starts."}

_JOBS = (
    "[].{name:name, displayName:display_name, experimentName:experiment_name, status:status, "
    "createdAt:creation_context.created_at}"
)
_JOB = (
    "{name:name, displayName:display_name, experimentName:experiment_name, status:status, "
    "createdAt:creation_context.created_at}"
)

COMMANDS = (
    Command("job show", "job#show", "Show a job.", table=_JOB),
    Command("job list", "job#list_all", "List jobs, newest first.", table=_JOBS),
    Command(
        "job stream",
        "job#stream",
        "Follow a job to its end: its log on stderr, then the job; exit code 4 if it failed.",
        table=_JOB,
    ),
    Command("job cancel", "job#cancel", "Cancel a job, and wait until it is over."),
    Command(
        "job download",
        "job_files#download",
        "Download what a job wrote, checked against its receipt; what broke off is resumed.",
    ),
    Command("job archive", "job#archive", "Hide a job from lists."),
    Command("job restore", "job#restore", "Show an archived job in lists again."),
    Command("job update", "job#update", "Change a job's display name, description or tags."),
    Command("job create", "job#create", "Not offered: jobs are started by invoking an endpoint."),
    Command(
        "job receipt",
        "job_files#receipt",
        "Show a job's receipt: every file accounted for, digests, the verdict.",
        table="{job:job, status:status, verdict:verdict, planned:files.planned, "
        "scored:files.scored, failed:files.failed, rows:output.rows, sha256:output.sha256}",
    ),
    Command(
        "job left-out",
        "job_files#left_out",
        "List what of the input folder was no input, with the reason: the first 1,000, and counts.",
        table="files[].{path:path, reason:reason}",
    ),
    Command(
        "job errors",
        "job_files#errors",
        "List the files that failed, with stage and reason; or what they failed by.",
        table="[].{file:(files && join(' ', [to_string(files), 'files'])) || file, stage:stage, "
        "message:message}",
    ),
    Command(
        "job insights",
        "job_files#insights",
        "Show where a job's time went, what to set differently, and how the job before it was.",
        table="suggestions[].{setting:setting, current:current, suggested:suggested, why:why}",
    ),
    Command("job logs", "job_files#logs", "List a job's logs, print one, or download them."),
    Command(
        "batch-deployment get-logs",
        "deployment_logs#get",
        "Print what a deployment's build and its init() said: `-o tsv` prints it as it is.",
    ),
)
