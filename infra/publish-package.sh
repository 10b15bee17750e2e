#!/bin/sh
# The Premium plan's deployment: `./run package --with-scorers`, uploaded where the app reads it, by its identity.
set -eu
cd "$(dirname "$0")/.."
: "${AZURE_RESOURCE_GROUP:?is the resource group of the app}"
: "${BATCH_STORAGE_ACCOUNT:?is the name of its storage account}"
: "${BATCH_APP_NAME:?is the name of the app}"

./run package --with-scorers --output .state/app.zip
az storage blob upload --auth-mode login --account-name "$BATCH_STORAGE_ACCOUNT" \
  --container-name app-packages --name app.zip --file .state/app.zip --overwrite --output none
az functionapp restart --resource-group "$AZURE_RESOURCE_GROUP" --name "$BATCH_APP_NAME"
