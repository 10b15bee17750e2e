// The least roles that host, Durable and app need on the account.
param storageName string
param packages string
param principalId string
param uploaderId string

// Leases and host keys of the Functions host, the app's containers, and user delegation keys: the
// role includes what the Storage Blob Delegator has.
var blobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
// Durable's control and work item queues, the blob trigger's own queue.
var queueDataContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fbe8'
// Durable's instances and histories, the host's diagnostic events.
var tableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
// Whoever uploads the package of the Premium plan, into that container alone.
var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

var ofTheApp = [blobDataOwner, queueDataContributor, tableDataContributor]

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageName
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' existing = {
  parent: account
  name: 'default'
}

resource deployed 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' existing = {
  parent: blobs
  name: packages
}

resource grants 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in ofTheApp: {
    name: guid(account.id, principalId, role)
    scope: account
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource uploads 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(uploaderId)) {
  name: guid(deployed.id, uploaderId, blobDataContributor)
  scope: deployed
  properties: {
    principalId: uploaderId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
  }
}
