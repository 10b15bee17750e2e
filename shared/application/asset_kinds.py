"""The kinds of assets: what ARM calls them, and where they are kept."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.asset import Asset, Code, Data, Environment, Model
from shared.stores.registry import Registry, Repository


@dataclass(frozen=True)
class AssetKind[A: Asset]:
    """`path` is its folder in ARM's paths; `uri_field` says where its files lie, if it has any."""

    path: str
    noun: str
    repository: Callable[[Registry], Repository[A]]
    uri_field: str = ""


MODELS = AssetKind[Model]("models", "model", lambda one: one.models, "properties.modelUri")
DATA = AssetKind[Data]("data", "data asset", lambda one: one.data, "properties.dataUri")
CODES = AssetKind[Code]("codes", "code", lambda one: one.codes, "properties.codeUri")
ENVIRONMENTS = AssetKind[Environment]("environments", "environment", lambda one: one.environments)
