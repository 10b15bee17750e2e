"""Preflight over the app's services: the use case with the rules of the scorer of MLflow models."""

from shared.application.look_at_files import LookAtFiles
from shared.application.preflight_job import PreflightJob
from shared.application.survey_input import SurveyInput
from shared.scoring.preflight.mlflow_inputs import MlflowInputs
from shared.services import Services
from shared.stores.planned_input import InputLister


def preflight_job(services: Services) -> PreflightJob:
    lister = InputLister(services.blobs, services.inputs, services.jobs, services.plans)
    look = LookAtFiles(services.blobs, MlflowInputs())
    return PreflightJob(services.submit_job, SurveyInput(lister), look)
