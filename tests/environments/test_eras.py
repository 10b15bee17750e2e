import pytest

from shared.scoring.environments.era_constraints import constraints


@pytest.mark.parametrize(
    ("packages", "expected"),
    [
        (("numpy",), ()),
        (("mlflow",), ()),
        (("mlflow==3.17.2",), ()),
        (("mlflow>=1.2",), ()),
        (("mlflow==2.9.2",), ("numpy<2", "pandas<3")),
        (("mlflow-skinny==2.9.2",), ("numpy<2", "pandas<3")),
        (("mlflow==2.9.2", "pandas==2.1"), ("numpy<2",)),
        (("mlflow==2.9.2", "pandas"), ("numpy<2", "pandas<3")),
        (("scikit-learn==1.3.*",), ("numpy<2",)),
        (("scikit-learn<=1.4.1",), ("numpy<2",)),
        (("scikit-learn<1.4.2",), ("numpy<2",)),
        (("scikit-learn<=1.4.2",), ()),
        (("pandas==0.25.3", "pyarrow"), ("numpy<2", "pyarrow<9")),
        (("pandas==0.25.3", "pyarrow==0.15.1"), ("numpy<2",)),
        (("scikit-learn~=1.3.1",), ("numpy<2",)),
        (("scikit-learn~=1.3",), ()),
    ],
)
def test_old_packages_get_the_partners_of_their_time(
    packages: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert expected == constraints(packages)


def test_a_very_old_mlflow_gets_all_of_its_time() -> None:
    found = constraints(("mlflow==1.12.1",))

    assert {"protobuf<3.21", "numpy<1.24", "pandas<2"} <= set(found)
