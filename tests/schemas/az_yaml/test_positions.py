"""What is wrong in a file is named with its line, column, key, value, and what to write."""

import pytest

from shared.domain.errors import InvalidRequest
from shared.schemas.az_yaml.deployment_file import deployment_spec
from shared.schemas.az_yaml.document import load_file
from shared.schemas.az_yaml.endpoint_file import endpoint_spec
from tests.schemas.az_yaml.project import MODEL_DEPLOYMENT, PREVIEW_ENDPOINT, Write

HEAD = "name: digits\nmodel: azureml:digits:1\n"
DEPLOYMENTS = [
    (
        "mini_batch_sise: 5",
        "line 3, column 1: 'mini_batch_sise' is not a key",
        "'mini_batch_size'?",
    ),
    ("miniBatchSize: 5", "line 3, column 1: 'miniBatchSize'", "Did you mean 'mini_batch_size'?"),
    ("endpoint_name: my_ep", "column 16: endpoint_name: 'my_ep' is not a name", "Use 3-32 letters"),
    ("environment: {name: a b}", "environment.name: 'a b' is not an asset name", "Use 1-255"),
    ("wombat: 5", "'wombat' is not a key here (its value is '5')", "Remove it; known are: code_"),
    ("mini_batch_size: ten", "line 3, column 18: 'mini_batch_size' is 'ten'", "a whole number"),
    ("mini_batch_size: 0", "'mini_batch_size' is '0'", "a whole number, 1 or more."),
    ("error_threshold: -2", "line 3, column 18: 'error_threshold' is '-2'", "-1 or more."),
    ("error_threshold: 10%", "'error_threshold' is '10%'", "Write a whole number"),
    ("output_action: AppendRow", "line 3, column 16: 'output_action' is", "mean 'append_row'?"),
    ("output_action: drop", "'output_action' is 'drop'", "Write append_row or summary_only."),
    ("logging_level: loud", "'logging_level' is 'loud'", "Write warning or info or debug."),
    ("retry_settings: 3", "'retry_settings' is '3', not a mapping", "max_retries and timeout."),
    ("retry_settings: {max_retry: 3}", "column 18: 'retry_settings.max_retry'", "'max_retries'?"),
    ("settings: {mini_batch_size: 5}", "'settings' is for files that say", "Add 'type: model'"),
    ("type: model\nmini_batch_size: 5", "line 4, column 1: 'mini_batch_size' stands", "Move it"),
    ("type: pipeline", "line 3, column 7: 'type' is 'pipeline'", "are not served."),
    ("instance_count: 5", "'instance_count' does not stand at the root", "resources.instance_"),
    ("traffic: {digits: 100}", "'traffic' is a key of endpoint files", "'endpoint create'."),
    ("auth_mode: aad_token", "'auth_mode' is a key of endpoint files", "'endpoint create'."),
    ("environment: {docker: {build: x}}", "'environment.docker.build' would", "Write conda_file."),
    ("environment: {image: any, build: {path: .}}", "from a Dockerfile", "in conda_file."),
    ("environment: {name: e}", "'environment.conda_file' is missing", "the path of a conda file"),
    ("environment: {conda_file: no.yml}", "no file or folder|there is no file", "folder of the"),
    ("code_configuration: {code: ./code}", "scoring_script' is missing", "its file's name in"),
    ("code_configuration: {code: ./cod, scoring_script: s.py}", "no folder", "mean 'code'?"),
    ("code_configuration: {code: ./code, scoring_script: s.py}", "'s.py', which", ": score.py."),
    ("code_configuration: {code: code/score.py, scoring_script: s.py}", "is a file", "a folder."),
    ("name: other", "line 3, column 1: 'name' is written twice. It stands in line 1", "Keep one."),
    ("tags: [a, b]", "'tags' is a list, not names with texts", "Write names with texts."),
    ("tags: {a: {b: c}}", "'tags.a' is a mapping, not text", "Write text."),
    ("a: [", "line 4, column 1: This is not YAML", "Mend the file."),
    ("a: &x 1\nb: *x", "line 3, column 4: This is not YAML that is read here: it uses", "Mend"),
    ("\tmini_batch_size: 5", "line 3, column 1", "Mend the file."),
]


@pytest.mark.parametrize(("line", "problem", "fix"), DEPLOYMENTS)
def test_a_deployments_file_is_refused_where_it_is_wrong(
    write: Write, line: str, problem: str, fix: str
) -> None:
    path = write(f"{HEAD}{line}\n")

    with pytest.raises(InvalidRequest) as refused:
        deployment_spec(load_file(path))

    text = str(refused.value)
    assert text.startswith(f"{path}, line ")
    assert any(part in text for part in problem.split("|")), text
    assert fix in text


@pytest.mark.parametrize(
    ("before", "after", "problem", "fix"),
    [
        (
            "model:\n  path: ./digits",
            "model: digits:1",
            "'digits:1': a model is",
            "'azureml:digits",
        ),
        ("model:\n  path: ./digits", "model: azureml:d", "names no version", "azureml:d@latest."),
        ("code: ./code", "code: azureml:c", "names no version", "Write azureml:c:<version>"),
        ("path: ./digits", "path: ./digit", "there is no file or folder", "mean 'digits'?"),
        ("path: ./digits", "name: digits", "'model.path' is missing", "Write a path"),
        ("path: ./digits", "pat: ./digits", "'model.pat' is not a key", "Did you mean 'path'?"),
        ("  path: ./digits", "  path: ./digits\n  type: mlflow", "'model.type' is", "custom_model"),
        ("model:\n  path: ./digits", "x: 1", "'x' is not a key here", "known are"),
        ("model:\n  path: ./digits\n", "", "'model' is missing", "Write it: the model."),
        ("compute: azureml:cpu-cluster", "compute: {target: c}", "'compute' is a mapping", "id or"),
        ("code: ./code", "code: {local_path: ./code}", "'code_configuration.code' is a", "path or"),
    ],
)
def test_todays_form_names_what_to_write_instead(
    write: Write, before: str, after: str, problem: str, fix: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        deployment_spec(load_file(write(MODEL_DEPLOYMENT.replace(before, after))))

    assert problem in str(refused.value)
    assert fix in str(refused.value)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("first: 100", "first: 50", "line 7, column 10: 'traffic.first' is '50'. All data"),
        ("second: 0", "second: 100", "gives 100 to more than one deployment. All data"),
        ("first: 100", "first: yes", "'traffic.first' is 'yes'. All data of a batch endpoint goes"),
        ("type: batch", "type: online", "line 4, column 7: 'type' is 'online'. Write batch."),
        ("type: batch\n", "", "'traffic' is a key of the 2021 preview, in files that say 'type"),
        ("aad_token", "key", "line 5, column 12: 'auth_mode' is 'key'. Write aad_token: batch"),
        ("traffic:", "defaults: {deployment_name: x}\ntraffic:", "'defaults' is not a key of the"),
        ("traffic:", "endpoint_name: e\ntraffic:", "'endpoint_name' is a key of deployment files"),
        ("mini_batch_size", "minibatch", "line 18, column 5: 'deployments[0].minibatch' is not"),
        ("./fares", "./fare", "line 14, column 19: 'deployments[0].model.local_path' is './fare'"),
    ],
)
def test_an_endpoints_file_is_refused_where_it_is_wrong(
    write: Write, before: str, after: str, problem: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        endpoint_spec(load_file(write(PREVIEW_ENDPOINT.replace(before, after, 1))))

    assert problem in str(refused.value)


def test_a_file_that_is_not_text_is_named(write: Write) -> None:
    path = write("")
    path.write_bytes(b"name: \xff\n")

    with pytest.raises(InvalidRequest, match=r"file\.yml' is not text in UTF-8: invalid"):
        load_file(path)


def test_a_file_of_a_list_is_refused(write: Write) -> None:
    with pytest.raises(InvalidRequest, match=r"line 1, column 1: The file is a list\."):
        load_file(write("- name: a\n"))


def test_a_file_that_is_not_there_is_named(write: Write) -> None:
    path = write("").parent / "none.yml"

    with pytest.raises(InvalidRequest, match=r"none\.yml' cannot be read: No such file"):
        load_file(path)
