"""Score 178 wines: a model, an endpoint and a deployment are made, and the endpoint is invoked.

1. A forest is trained (once) and saved by MLflow; the wines are cut into 36 files, one of them
   broken.
2. The service is started: storage, token issuer and the local Functions host.
3. Model, endpoint and deployment are put by their ARM routes; the last two from YAML files.
4. The scoring URI is called, the job followed, and its predictions compared with the model's own.
"""

import shutil
import sys
import uuid
from argparse import ArgumentParser
from pathlib import Path

from examples.demo.following import follow
from examples.demo.results import Results
from examples.demo.service import CONTAINER, Service, ServiceFailed, starting
from examples.demo.wine import load_wines, predict_directly, save_model
from local.project import DEFAULT_STATE, path_argument
from shared.schemas.az_yaml.deployment_file import body_with_assets, deployment_spec
from shared.schemas.az_yaml.document import load_file
from shared.schemas.az_yaml.endpoint_file import endpoint_spec

HERE = Path(__file__).parent
MODEL, VERSION = "wine-forest", "1"


def main() -> int:
    parser = ArgumentParser(prog="./run demo", description="The main job, end to end.")
    parser.add_argument(
        "--state",
        type=path_argument,
        default=DEFAULT_STATE / "demo",
        metavar="DIR",
        help="Where the demo keeps everything. Default: .state/demo in the project.",
    )
    state = parser.parse_args().state
    try:
        with starting(state) as service:
            model, files = _prepared(state)
            return _demo(service(), state, model, files)
    except ServiceFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1


def _prepared(state: Path) -> tuple[Path, dict[str, str]]:
    """The model's folder and the files, made while the service starts."""
    wines, model = load_wines(), state / "model" / MODEL
    if not (model / "MLmodel").exists():
        shutil.rmtree(model, ignore_errors=True)
        save_model(wines, model)
    return model, wines.files()


def _demo(service: Service, state: Path, model: Path, files: dict[str, str]) -> int:
    print(f"The service answers at {service.url}")
    scoring_uri = _deploy(service, model)
    folder = f"demo/wines-{uuid.uuid4().hex[:8]}"
    service.upload(CONTAINER, folder, {name: text.encode() for name, text in files.items()})
    print(f"Uploaded {len(files)} files of wines; one of them is broken")

    address = f"azureml://datastores/workspaceblobstore/paths/{folder}"
    given = {"wines": {"jobInputType": "UriFolder", "uri": address}}
    started = service.post(scoring_uri, {"properties": {"inputData": given}})
    print(f"Started job {started['name']}: POST {scoring_uri}")
    job = follow(service, started["services"]["Poll"]["endpoint"])
    if job["properties"]["status"] != "Completed":
        raise ServiceFailed(f"The job is {job['properties']['status']}: {job['properties']}")
    results = Results.kept(service, job, state / "results" / job["name"])
    is_right = results.show(predict_directly(model, files))
    results.show_places(state, job["name"], started["statusQueryGetUri"])
    return 0 if is_right else 1


def _deploy(service: Service, model: Path) -> str:
    """Register the model, put endpoint and deployment, set the default; returns the scoring URI."""
    paths = [path for path in model.rglob("*") if path.is_file()]
    contents = {str(path.relative_to(model)): path.read_bytes() for path in paths}
    service.upload(CONTAINER, f"models/{MODEL}/{VERSION}/{MODEL}", contents)
    uri = f"azureml://datastores/workspaceblobstore/paths/models/{MODEL}/{VERSION}/{MODEL}"
    service.put(
        f"/models/{MODEL}/versions/{VERSION}",
        {"properties": {"modelType": "mlflow_model", "modelUri": uri}},
    )
    endpoint = endpoint_spec(load_file(HERE / "endpoint.yml"))
    service.put(f"/batchEndpoints/{endpoint.name}", endpoint.body)
    deployment = deployment_spec(load_file(HERE / "deployment.yml"))
    own = f"/batchEndpoints/{endpoint.name}/deployments/{deployment.name}"
    body = body_with_assets(deployment, model=str(deployment.model), code="", environment="")
    service.make(own, body)
    endpoint.body["properties"]["defaults"] = {"deploymentName": deployment.name}
    answer = service.put(f"/batchEndpoints/{endpoint.name}", endpoint.body)
    print(f"Endpoint {endpoint.name}, deployment {deployment.name}, model {MODEL}:{VERSION}")
    return str(answer["properties"]["scoringUri"])


if __name__ == "__main__":
    sys.exit(main())
