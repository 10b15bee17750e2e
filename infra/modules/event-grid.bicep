// Uploads to the inboxes tell the app. Deployed after the app: the trigger's key is there only then.
param storageName string
param location string = resourceGroup().location

@description('A function app: its blob trigger is told, by the key that the host made for it.')
param functionAppName string = ''

@description('Else the address of the app: its route /events/blobs is told, by a token.')
param url string = ''
param authClientId string = ''

var inboxes = '/blobServices/default/containers/batch-inbox/'
var isByTrigger = !empty(functionAppName)
var hook = 'https://${functionAppName}.azurewebsites.net/runtime/webhooks/blobs?functionName=Host.Functions.notice_upload'

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageName
}

resource app 'Microsoft.Web/sites@2024-04-01' existing = if (isByTrigger) {
  name: functionAppName
}

resource topic 'Microsoft.EventGrid/systemTopics@2022-06-15' = {
  name: 'evgt-${storageName}'
  location: location
  properties: {
    source: account.id
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

resource byTrigger 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2022-06-15' = if (isByTrigger) {
  parent: topic
  name: 'inboxes-by-trigger'
  properties: {
    destination: {
      endpointType: 'WebHook'
      properties: {
        endpointUrl: '${hook}&code=${listKeys('${app.id}/host/default', '2024-04-01').systemKeys.blobs_extension}'
      }
    }
    filter: {
      includedEventTypes: ['Microsoft.Storage.BlobCreated']
      subjectBeginsWith: inboxes
    }
    eventDeliverySchema: 'EventGridSchema'
  }
}

resource byRoute 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2022-06-15' = if (!isByTrigger) {
  parent: topic
  name: 'uploads-by-route'
  properties: {
    destination: {
      endpointType: 'WebHook'
      properties: {
        endpointUrl: '${url}/events/blobs'
        azureActiveDirectoryTenantId: tenant().tenantId
        azureActiveDirectoryApplicationIdOrUri: authClientId
      }
    }
    filter: { includedEventTypes: ['Microsoft.Storage.BlobCreated'] }
    eventDeliverySchema: 'EventGridSchema'
  }
}
