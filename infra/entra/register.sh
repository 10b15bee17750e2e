#!/bin/sh
# Makes the Entra application whose roles the service knows, once; a second run changes nothing.
# Whoever runs it becomes its contributor. By az, for that asks Microsoft Graph as the person who is signed in:
# it needs no extension of Bicep, and no deployment identity with rights in the directory.
set -eu
cd "$(dirname "$0")"
if [ -n "${BATCH_AUTH_CLIENT_ID:-}" ]; then
  echo "The application is $BATCH_AUTH_CLIENT_ID already: the directory is left alone."
  exit 0
fi
GRAPH=$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv | sed 's,/*$,,')/v1.0
CONTRIBUTOR=3b6d7c1e-52f0-4a0f-9f0a-6f7f3c1f0a03

# An environment of azd keeps what it was told; without azd, the last lines say what to pass on.
recall() { azd env get-value "$1" 2>/dev/null || true; }
keep() { if azd env get-values >/dev/null 2>&1; then azd env set "$1" "$2"; fi; echo "$1=$2"; }

NAME=${1:-batch-endpoints-${AZURE_ENV_NAME:-local}}
app=$(az ad app list --filter "displayName eq '$NAME'" --query '[0].appId' --output tsv)
if [ -z "$app" ]; then
  app=$(az ad app create --display-name "$NAME" --sign-in-audience AzureADMyOrg \
    --app-roles @app-roles.json --query appId --output tsv)
  object=$(az ad app show --id "$app" --query id --output tsv)
  az ad app update --id "$app" --identifier-uris "api://$app"
  az rest --method PATCH --uri "$GRAPH/applications/$object" --body @scope.json
  az rest --method PATCH --uri "$GRAPH/applications/$object" --body @clients.json
fi

principal=$(az ad sp list --filter "appId eq '$app'" --query '[0].id' --output tsv)
[ -n "$principal" ] || principal=$(az ad sp create --id "$app" --query id --output tsv)

me=$(az ad signed-in-user show --query id --output tsv 2>/dev/null || true)
if [ -n "$me" ]; then
  has=$(az rest --method GET --uri "$GRAPH/servicePrincipals/$principal/appRoleAssignedTo" \
    --query "value[?principalId=='$me'] | [0].id" --output tsv)
  [ -n "$has" ] || az rest --method POST --uri "$GRAPH/servicePrincipals/$principal/appRoleAssignedTo" \
    --body "{\"principalId\": \"$me\", \"resourceId\": \"$principal\", \"appRoleId\": \"$CONTRIBUTOR\"}" \
    --output none
fi

keep BATCH_AUTH_CLIENT_ID "$app"
case $(recall BATCH_ROLE_ASSIGNMENTS) in
  *=*) ;;    # said already
  *) [ -z "$me" ] || keep BATCH_ROLE_ASSIGNMENTS "$me=contributor" ;;
esac
