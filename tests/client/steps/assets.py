"""Environments, models and data: versions, labels, lists, archives."""

from azure.ai.ml.entities import Data, Environment, Model
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from tests.client.steps.session import TOUR, UNIQUE, ml, refused, same, seen, step


@step
def environment_with_version() -> None:
    made = ml.environments.create_or_update(
        Environment(
            name=f"env-{UNIQUE}",
            version="3",
            image="any",
            conda_file=str(TOUR / "reviews/conda.yml"),
        )
    )
    same("3", made.version)


@step
def environment_next_version() -> None:
    made = ml.environments.create_or_update(
        Environment(name=f"env-{UNIQUE}", image="any", conda_file={"dependencies": ["python=3.13"]})
    )
    same("4", made.version)
    same("4", ml.environments.get(f"env-{UNIQUE}", label="latest").version)
    same(["3", "4"], sorted(one.version for one in ml.environments.list(name=f"env-{UNIQUE}")))


@step
def model_first_version() -> None:
    made = ml.models.create_or_update(
        Model(name=f"fares-{UNIQUE}", path=str(TOUR / "taxi/model"), type="mlflow_model")
    )
    same("1", made.version)
    same("mlflow_model", made.type)


@step
def model_second_version() -> None:
    made = ml.models.create_or_update(
        Model(
            name=f"fares-{UNIQUE}",
            path=str(TOUR / "taxi/model"),
            type="mlflow_model",
            tags={"a": "b"},
        )
    )
    same("2", made.version)
    same({"a": "b"}, ml.models.get(f"fares-{UNIQUE}", version="2").tags)


@step
def model_latest_and_lists() -> None:
    same("2", ml.models.get(f"fares-{UNIQUE}", label="latest").version)
    same(["1", "2"], sorted(one.version for one in ml.models.list(name=f"fares-{UNIQUE}")))
    assert f"fares-{UNIQUE}" in [one.name for one in ml.models.list()]


@step
def model_version_is_immutable() -> None:
    changed = Model(name=f"fares-{UNIQUE}", version="1", path=str(TOUR / "reviews/model"))
    refused(lambda: ml.models.create_or_update(changed), kind=HttpResponseError)


@step
def model_tags_change() -> None:
    model = ml.models.get(f"fares-{UNIQUE}", version="1")
    model.tags = {"stage": "old"}
    same({"stage": "old"}, ml.models.create_or_update(model).tags)


@step
def model_archive_and_restore() -> None:
    ml.models.archive(name=f"fares-{UNIQUE}", version="1")
    same(["2"], [one.version for one in ml.models.list(name=f"fares-{UNIQUE}")])
    ml.models.restore(name=f"fares-{UNIQUE}", version="1")
    same(2, len(list(ml.models.list(name=f"fares-{UNIQUE}"))))


@step
def model_missing() -> None:
    refused(lambda: ml.models.get("nobody", version="1"), kind=ResourceNotFoundError)


@step
def data_create_get_list() -> None:
    made = ml.data.create_or_update(
        Data(name=f"trips-{UNIQUE}", path=str(TOUR / "taxi/trips"), type="uri_folder")
    )
    same("1", made.version)
    seen["data"] = made
    same("1", ml.data.get(f"trips-{UNIQUE}", label="latest").version)
    assert f"trips-{UNIQUE}" in [one.name for one in ml.data.list()]


@step
def data_file() -> None:
    file = TOUR / "taxi/trips/trips-0.csv"
    made = ml.data.create_or_update(
        Data(name=f"trip-{UNIQUE}", version="7", path=str(file), type="uri_file", description="one")
    )
    same("one", made.description)
    assert made.path.endswith("trips-0.csv"), made.path
