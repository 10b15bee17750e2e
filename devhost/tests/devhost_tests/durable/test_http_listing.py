from devhost_tests.durable.conftest import Http
from devhost_tests.durable.http_calls import API, ended, has_status, started
from devhost_tests.waiting import until_awaited


async def test_purging_one(http: Http) -> None:
    over, running = await started(http, "chain"), await started(http, "waiter")
    await ended(http, over)

    purged = await http.delete(f"{API}/instances/{over}")
    again = await http.delete(f"{API}/instances/{over}")
    refused = await http.delete(f"{API}/instances/{running}")

    assert (200, {"instancesDeleted": 1}) == (purged.status, await purged.json())
    assert [404, 412] == [again.status, refused.status]
    assert "has status Running" in (await refused.json())["Message"] or (
        "has status Pending" in (await refused.json())["Message"]
    )


async def test_purging_by_a_filter_wants_a_time_and_spares_what_runs(http: Http) -> None:
    running = await started(http, "waiter")
    for _ in range(3):
        await ended(http, await started(http, "chain"))

    without = await http.delete(f"{API}/instances")
    purged = await http.delete(f"{API}/instances?createdTimeFrom=2020-01-01T00:00:00Z")
    nothing = await http.delete(f"{API}/instances?createdTimeFrom=2020-01-01")

    assert 400 == without.status
    assert "Please provide value for 'createdTimeFrom' parameter." == await without.json()
    assert (200, {"instancesDeleted": 3}) == (purged.status, await purged.json())
    assert 404 == nothing.status
    assert 202 == (await http.get(f"{API}/instances/{running}")).status


async def listed(http: Http, query: str) -> list[str]:
    response = await http.get(f"{API}/instances?{query}")
    assert 200 == response.status
    return [instance["instanceId"] for instance in await response.json()]


async def test_listing_filters_and_pages_in_the_order_of_ids(http: Http) -> None:
    for instance_id in ("c", "a", "b"):
        await started(http, "chain", instance_id=instance_id)
        await ended(http, instance_id)
    await started(http, "waiter", instance_id="w")
    await has_status(http, "w", "Running")

    assert ["a", "b", "c", "w"] == await listed(http, "")
    assert ["w"] == await listed(http, "runtimeStatus=Running")
    assert ["a", "b", "c"] == await listed(http, "runtimeStatus=Completed,Failed")
    assert ["a", "b", "c", "w"] == await listed(http, "runtimeStatus=Nonsense&top=x")
    assert ["a", "b", "c", "w"] == await listed(http, "createdTimeFrom=never&top=-1")
    assert ["b"] == await listed(http, "instanceIdPrefix=b")
    assert [] == await listed(http, "createdTimeFrom=2999-01-01T00:00:00Z")
    assert [] == await listed(http, "createdTimeTo=1999-01-01T00:00:00%2B00:00")

    first = await http.get(f"{API}/instances?top=3")
    token = first.headers["x-ms-continuation-token"]
    second = await http.get(f"{API}/instances?top=3", headers={"x-ms-continuation-token": token})
    assert ["a", "b", "c"] == [row["instanceId"] for row in await first.json()]
    assert ["w"] == [row["instanceId"] for row in await second.json()]


async def test_listing_shows_sub_orchestrations_and_entities(http: Http) -> None:
    await ended(http, await started(http, "nested", instance_id="n"))
    await http.post(f"{API}/entities/Counter/k?op=add", json=1)
    await until_awaited(lambda: listed(http, "instanceIdPrefix=@counter@"))

    found = await listed(http, "")

    assert {"n", "n:0001", "given-id", "@counter@k"} == set(found)


async def test_entities_over_http(http: Http) -> None:
    path = f"{API}/entities/counter/k"
    assert 404 == (await http.get(path)).status

    signaled = await http.post(f"{path}?op=add", json=4)

    async def is_there() -> bool:
        return (await http.get(path)).status == 200

    await until_awaited(is_there)
    assert (202, 4) == (signaled.status, await (await http.get(path)).json())
    plain = await (await http.get(f"{API}/entities")).json()
    with_state = await (await http.get(f"{API}/entities/Counter?fetchState=true")).json()
    assert [{"name": "counter", "key": "k"}] == [entity["entityId"] for entity in plain]
    assert [None, 4] == [plain[0]["state"], with_state[0]["state"]]
    assert 202 == (await http.delete(path)).status
    await until_awaited(lambda: is_gone(http, path))


async def test_an_entity_without_a_delete_operation_keeps_its_state(http: Http) -> None:
    path = f"{API}/entities/keeper/k"
    await http.post(f"{path}?op=keep", json=4)

    deleted = await http.delete(path)

    async def heard() -> bool:
        response = await http.get(path)
        return response.status == 200 and await response.json() == ["keep", "delete"]

    assert 202 == deleted.status
    await until_awaited(heard)


async def is_gone(http: Http, path: str) -> bool:
    return (await http.get(path)).status == 404
