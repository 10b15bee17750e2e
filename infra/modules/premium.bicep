// Elastic Premium: warm instances with a larger disk. The package is read from the storage account by the app's
// identity, so that no content share is needed, which wants a key.
param name string
param location string
param tags object
param identityId string
param packageUrl string
param settings object
param subnetId string

@allowed(['EP1', 'EP2', 'EP3'])
param size string = 'EP2'

@minValue(1)
param leastInstances int = 1

@minValue(1)
param mostInstances int = 10

var ofThePlan = {
  FUNCTIONS_EXTENSION_VERSION: '~4'
  FUNCTIONS_WORKER_RUNTIME: 'python'
  WEBSITE_RUN_FROM_PACKAGE: packageUrl
  WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID: identityId
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'elastic'
  sku: { name: size, tier: 'ElasticPremium' }
  properties: {
    reserved: true
    maximumElasticWorkerCount: mostInstances
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      linuxFxVersion: 'PYTHON|3.13'
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
      minimumElasticInstanceCount: leastInstances
      functionsRuntimeScaleMonitoringEnabled: !empty(subnetId)
      vnetRouteAllEnabled: !empty(subnetId)
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(settings, ofThePlan)
  }
}

output id string = app.id
