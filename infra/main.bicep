// All of it in one resource group: `azd up`, or `az deployment sub create --template-file infra/main.bicep`.
targetScope = 'subscription'

@description('Part of every name, and the workspace name that clients use.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('An Azure region that has the chosen plan.')
param location string

@description('Where the app runs: docs/azure.md says which to choose.')
@allowed(['flex', 'premium', 'container'])
param hosting string = 'flex'

@description('The client id of the Entra application that infra/entra/register.sh made. Empty: tokens for Azure itself only.')
param authClientId string = ''

@description('Roles beyond those in tokens: <object id>=<reader|invoker|contributor>, comma separated.')
param roleAssignments string = ''

@description('Storage behind private endpoints, the app in a virtual network.')
param isPrivate bool = false

@description('The image of infra/Dockerfile, for hosting=container.')
param containerImage string = ''

@description('Who uploads the package of hosting=premium: an object id. Empty: nobody is granted that.')
param uploaderId string = ''

@description('Who hears of alerts: an e-mail address. Empty: they are only shown.')
param alertAddress string = ''

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module stack 'modules/stack.bicep' = {
  name: 'batch-endpoints'
  scope: group
  params: {
    environmentName: environmentName
    location: location
    tags: tags
    token: token
    hosting: hosting
    authClientId: authClientId
    roleAssignments: roleAssignments
    isPrivate: isPrivate
    containerImage: containerImage
    uploaderId: uploaderId
    alertAddress: alertAddress
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_LOCATION string = location
output BATCH_URL string = stack.outputs.url
output BATCH_APP_NAME string = stack.outputs.appName
output BATCH_STORAGE_ACCOUNT string = stack.outputs.storageName
output BATCH_HOSTING string = hosting
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = stack.outputs.registry
