// The settings that every plan needs. tests/infra holds each name against the app and the host.
param url string
param location string
param environmentName string
param storageName string
param blobEndpoint string
param clientId string
param insightsConnection string
param authClientId string
param roleAssignments string

var tenantId = az.tenant().tenantId
var ofAzure = 'https://ml.azure.com,https://management.azure.com'
var ours = empty(authClientId) ? '' : 'api://${authClientId},${authClientId},'

output values object = {
  AzureWebJobsStorage__accountName: storageName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: clientId
  AZURE_CLIENT_ID: clientId
  STORAGE_ACCOUNT_URL: blobEndpoint
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnection
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${clientId};Authorization=AAD'
  AUTH_ISSUER: '${az.environment().authentication.loginEndpoint}${tenantId}/v2.0,https://sts.windows.net/${tenantId}/'
  AUTH_TENANT: tenantId
  AUTH_AUDIENCES: '${ours}${ofAzure}'
  ROLE_ASSIGNMENTS: roleAssignments
  STUDIO_SCOPE: empty(authClientId) ? '' : 'api://${authClientId}/.default'
  PUBLIC_URL: url
  SUBSCRIPTION_ID: subscription().subscriptionId
  RESOURCE_GROUP: resourceGroup().name
  WORKSPACE_NAME: environmentName
  LOCATION: location
  INBOX_TRIGGER: 'event_grid'
}
