#!/bin/sh
# Has Event Grid tell the app of uploads. After the app was deployed: its trigger has no key before.
set -eu
cd "$(dirname "$0")"
: "${AZURE_RESOURCE_GROUP:?is the resource group of the app}"
: "${BATCH_STORAGE_ACCOUNT:?is the name of its storage account}"
: "${BATCH_URL:?is its address}"

set -- "storageName=$BATCH_STORAGE_ACCOUNT"
if [ "${BATCH_HOSTING:-flex}" = container ]; then
  # By a token: Event Grid's own principal needs the role invoker (docs/events.md).
  set -- "$@" "url=$BATCH_URL" "authClientId=${BATCH_AUTH_CLIENT_ID:?is the Entra application}"
else
  set -- "$@" "functionAppName=${BATCH_APP_NAME:?is the name of the app}"
  # The host makes the key once it has indexed the function.
  tries=0
  until curl --silent --fail --output /dev/null "$BATCH_URL/metadata/endpoints?api-version=2019-05-01"; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || { echo "The app at $BATCH_URL does not answer: see its log stream." >&2; exit 1; }
    sleep 5
  done
fi
az deployment group create --name subscribe-uploads --resource-group "$AZURE_RESOURCE_GROUP" \
  --template-file modules/event-grid.bicep --parameters "$@" --output none
echo "Uploads to the inboxes start jobs."
