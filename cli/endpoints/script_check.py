"""A look at a scoring script before it is uploaded: what no Python can read fails here."""

import ast

from cli.errors import UsageError
from shared.schemas.az_yaml.files import DeploymentFile, LocalPath

SKIP = "--skip-script-validation"


def check_script(file: DeploymentFile) -> None:
    """Raises UsageError with the file and line of a syntax error."""
    if not isinstance(file.code, LocalPath):
        return
    path = file.code.path / file.scoring_script
    try:
        ast.parse(path.read_bytes(), filename=str(path))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f"{path}, line {line}" if line else str(path)
        raise UsageError(
            f"{where}: The scoring script cannot be read: {getattr(error, 'msg', error)}.",
            fix=f"Mend it; or, if the deployment's own Python reads it, use {SKIP}.",
        ) from None
