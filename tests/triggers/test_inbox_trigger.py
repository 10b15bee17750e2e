"""Where the blob trigger of the inboxes listens, and how: as the settings say at the start."""

from importlib.util import find_spec, module_from_spec
from typing import Any

import pytest
from pydantic import ValidationError


@pytest.fixture(autouse=True)
def without_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The module that is loaded once more must not give its routes a second time."""
    monkeypatch.setattr("shared.api.routes.register", lambda _blueprint, _routes: None)


def trigger() -> dict[str, Any]:
    """The binding, as the host is told of it, of a module that is loaded now."""
    spec = find_spec("triggers.upload_events")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    app = module.df.DFApp()
    app.register_functions(module.bp)
    functions = {one.get_function_name(): one for one in app.get_functions()}
    told: dict[str, Any] = functions["notice_upload"].get_trigger().get_dict_repr()
    return told


@pytest.mark.parametrize("source", ["polled", "event_grid"])
@pytest.mark.parametrize("name", ["STORAGE_CONNECTION_STRING", "InboxStorage", ""])
def test_the_trigger_listens_where_the_setting_says(
    monkeypatch: pytest.MonkeyPatch, name: str, source: str
) -> None:
    """By default on the host's own account, whichever way it is told of uploads."""
    monkeypatch.setenv("INBOX_CONNECTION", name)
    monkeypatch.setenv("INBOX_TRIGGER", source)

    told = trigger()

    assert (name or "AzureWebJobsStorage") == told["connection"]
    assert ("EventGrid" == told["source"]) is (source == "event_grid")


def test_a_connection_string_is_no_name_of_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INBOX_CONNECTION", "AccountName=devstoreaccount1;AccountKey=secret")

    with pytest.raises(ValidationError, match="inbox_connection") as refused:
        trigger()

    assert "secret" not in str(refused.value)
