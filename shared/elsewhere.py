"""What reaches data outside the service's own account, wired: accounts, URLs, secrets."""

from dataclasses import dataclass

from shared.adapters.address_guard import AddressGuard
from shared.adapters.other_accounts import OtherAccounts
from shared.adapters.routed_blobs import RoutedBlobs
from shared.adapters.routed_signer import RoutedSigner
from shared.adapters.seal import Seal
from shared.adapters.service_identity import service_identity
from shared.adapters.web_files import WebFiles
from shared.adapters.web_gets import WebGets
from shared.application.put_datastore import PutDatastore
from shared.domain.storage_hosts import StorageHosts
from shared.ports import Blobs, Signer
from shared.settings import Settings
from shared.stores.datastores import Datastores
from shared.stores.other_urls import OtherUrls
from shared.stores.registry import Registry
from shared.stores.signatures import Signatures
from shared.stores.uploads import Uploads


@dataclass(frozen=True)
class Elsewhere:
    """`blobs` and `signer` serve the own account too: whoever has them needs no others."""

    seal: Seal
    urls: OtherUrls
    blobs: Blobs
    signer: Signer
    is_own_machine: bool

    def put_datastore(self, datastores: Datastores, uploads: Uploads) -> PutDatastore:
        return PutDatastore(
            datastores,
            uploads,
            self.blobs,
            self.urls.hosts,
            self.urls.check,
            self.seal.close,
            self.is_own_machine,
        )


def make_elsewhere(settings: Settings, own: Blobs, signer: Signer) -> Elsewhere:
    is_own_machine = settings.is_own_machine
    guard = AddressGuard(allows_private=is_own_machine, allows_http=is_own_machine)
    hosts = StorageHosts(others=settings.storage_hosts, by_identity=settings.identity_hosts)
    seal, registry, gets = Seal(settings.credentials_keys), Registry(own), WebGets(guard)
    signatures = Signatures(own)
    urls = OtherUrls(signatures, hosts, settings.input_hosts, seal.close, guard.check)
    accounts = OtherAccounts(
        find=lambda name: registry.datastores.get(name).resource,
        signature=signatures.sealed,
        unseal=seal.open,
        identity=service_identity,
        hosts=hosts,
        web=lambda query: WebFiles(gets, query),
        gets=gets,
    )
    blobs, routed = RoutedBlobs(own, accounts), RoutedSigner(signer, accounts.signer)
    return Elsewhere(seal, urls, blobs, routed, is_own_machine)
