// Flex Consumption: instances that come with work. Their disk is small: docs/azure.md.
param name string
param location string
param tags object
param identityId string
param packagesUrl string
param settings object
param subnetId string

@description('MB of an instance: 512, 2048 or 4096.')
@allowed([512, 2048, 4096])
param memory int = 4096

@minValue(1)
@maxValue(1000)
param mostInstances int = 40

// The temporary disk is documented as 0.8 GB, in MB here: half of it for environments.
var smallDisk = { ENVIRONMENTS_MB: '400' }

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: { minTlsVersion: '1.2' }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packagesUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: { name: 'python', version: '3.13' }
      scaleAndConcurrency: {
        instanceMemoryMB: memory
        maximumInstanceCount: mostInstances
      }
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(settings, smallDisk)
  }
}

output id string = app.id
