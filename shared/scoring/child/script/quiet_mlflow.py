"""MLflow without a tracking server: what logs does nothing, and what reads gets an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

TRACKING = "MLFLOW_TRACKING_URI"
_LOGGING_BEGINS = ("create_", "delete_", "log_", "restore_", "set_", "update_")
_LOGGING = frozenset(
    {
        "active_run",
        "autolog",
        "disable_system_metrics_logging",
        "enable_system_metrics_logging",
        "end_run",
        "get_artifact_uri",
        "get_experiment",
        "get_experiment_by_name",
        "get_parent_run",
        "get_run",
        "last_active_run",
        "register_model",
        "start_run",
    }
)
# Where MLflow offers the same functions, and its client.
CLIENT_MODULES = ("mlflow", "mlflow.tracking", "mlflow.client")
CLIENT = "MlflowClient"
_READ_PREFIXES = ("download_", "get_latest_", "get_model_", "get_registered_", "list_", "search_")


class NoServer(RuntimeError):
    """A stand-in was asked for what only a server knows."""


class Nothing:
    """Answers every call and every attribute with itself: nobody listens."""

    def __call__(self, *_: object, **__: object) -> Nothing:
        return self

    def __getattr__(self, name: str) -> Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __enter__(self) -> Nothing:  # noqa: PYI034  # Self is not in old Pythons
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __str__(self) -> str:
        return ""


class MlflowClient(Nothing):
    """Logs to nobody, and says that there is nobody when it is asked for what was logged."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        if name.startswith(_READ_PREFIXES):
            return _refusal(f"MlflowClient.{name}")
        return super().__getattr__(name)


def _refusal(name: str) -> Callable[..., Any]:
    def refuse(*_: object, **__: object) -> Any:
        raise NoServer(
            f"'{name}' needs a tracking server, and there is none. Set {TRACKING} in the "
            "deployment's environmentVariables, or read the model from the folder that "
            "AZUREML_MODEL_DIR names."
        )

    return refuse


def quieten(module: ModuleType | None) -> None:
    for name in list(vars(module)) if module else ():
        if name == CLIENT:
            setattr(module, name, MlflowClient)
        elif logs(name):
            setattr(module, name, Nothing())
        elif name.startswith(_READ_PREFIXES):
            setattr(module, name, _refusal(f"mlflow.{name}"))


def logs(name: str) -> bool:
    return name.startswith(_LOGGING_BEGINS) or name in _LOGGING
