"""Small MLflow models of float32 and int32 columns: they load fast, and fail on request."""

MLMODEL = """\
flavors:
  python_function:
    loader_module: tester_model
    code: code
    python_version: 3.13.0
model_uuid: 00000000000000000000000000000001
signature:
  inputs: '[{"name": "x", "type": "float"}, {"name": "n", "type": "integer"}]'
  outputs: '[{"type": "double"}]'
"""
# Twice x plus n. The sleep is the environment's; n = 666 raises, n = 667 kills the process.
CODE = """\
import os
import time


class Model:
    def predict(self, table):
        time.sleep(float(os.environ.get("SLEEP_S", "0")))
        if (table["n"] == 666).any():
            raise ValueError("the number of the beast")
        if (table["n"] == 667).any():
            os._exit(3)
        return 2 * table["x"].astype("float64") + table["n"]


def _load_pyfunc(path):
    return Model()
"""
MODEL_FILES = {"MLmodel": MLMODEL.encode(), "code/tester_model.py": CODE.encode()}


def csv_of(*rows: tuple[object, object]) -> bytes:
    return ("x,n\n" + "".join(f"{x},{n}\n" for x, n in rows)).encode()


def rows_of(name: str, *rows: tuple[float, int]) -> list[str]:
    """The lines that a file's rows become."""
    return [f"{i},{2 * float(x) + n},{name}" for i, (x, n) in enumerate(rows)]
