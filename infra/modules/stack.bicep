// What is in the resource group, whichever plan runs the app.
param environmentName string
param location string
param tags object
param token string
@allowed(['flex', 'premium', 'container'])
param hosting string
param authClientId string
param roleAssignments string
param isPrivate bool
param containerImage string
param uploaderId string
param alertAddress string

var appName = 'batch-${token}'
var packages = 'app-packages'

module identity 'identity.bicep' = {
  name: 'identity'
  params: { name: 'id-${token}', location: location, tags: tags }
}

module network 'network.bicep' = if (isPrivate) {
  name: 'network'
  params: {
    name: 'vnet-${token}'
    location: location
    tags: tags
    delegatedTo: hosting == 'premium' ? 'Microsoft.Web/serverFarms' : 'Microsoft.App/environments'
  }
}

module storage 'storage.bicep' = {
  name: 'storage'
  params: {
    name: 'st${token}'
    location: location
    tags: tags
    packages: packages
    isPrivate: isPrivate
  }
}

module endpoints 'private-endpoints.bicep' = if (isPrivate) {
  name: 'private-endpoints'
  params: {
    location: location
    tags: tags
    storageName: storage.outputs.name
    networkId: isPrivate ? network!.outputs.id : ''
    subnetId: isPrivate ? network!.outputs.endpointsSubnetId : ''
  }
}

module access 'storage-access.bicep' = {
  name: 'storage-access'
  params: {
    storageName: storage.outputs.name
    packages: packages
    principalId: identity.outputs.principalId
    uploaderId: hosting == 'premium' ? uploaderId : ''
  }
}

module monitoring 'monitoring.bicep' = {
  name: 'monitoring'
  params: {
    name: token
    location: location
    tags: tags
    principalId: identity.outputs.principalId
  }
}

module environment 'container-environment.bicep' = if (hosting == 'container') {
  name: 'container-environment'
  params: {
    name: 'cae-${token}'
    location: location
    tags: tags
    registryName: 'cr${token}'
    principalId: identity.outputs.principalId
    subnetId: isPrivate ? network!.outputs.appSubnetId : ''
  }
}

var host = hosting == 'container' ? '${appName}.${environment!.outputs.domain}' : '${appName}.azurewebsites.net'

module settings 'settings.bicep' = {
  name: 'settings'
  params: {
    url: 'https://${host}'
    location: location
    environmentName: environmentName
    storageName: storage.outputs.name
    blobEndpoint: storage.outputs.blobEndpoint
    clientId: identity.outputs.clientId
    insightsConnection: monitoring.outputs.connectionString
    authClientId: authClientId
    roleAssignments: roleAssignments
  }
}

module flex 'flex.bicep' = if (hosting == 'flex') {
  name: 'flex'
  params: {
    name: appName
    location: location
    tags: tags
    identityId: identity.outputs.id
    packagesUrl: '${storage.outputs.blobEndpoint}${packages}'
    settings: settings.outputs.values
    subnetId: isPrivate ? network!.outputs.appSubnetId : ''
  }
  dependsOn: [access, endpoints]
}

module premium 'premium.bicep' = if (hosting == 'premium') {
  name: 'premium'
  params: {
    name: appName
    location: location
    tags: tags
    identityId: identity.outputs.id
    packageUrl: '${storage.outputs.blobEndpoint}${packages}/app.zip'
    settings: settings.outputs.values
    subnetId: isPrivate ? network!.outputs.appSubnetId : ''
  }
  dependsOn: [access, endpoints]
}

module container 'container-app.bicep' = if (hosting == 'container' && !empty(containerImage)) {
  name: 'container-app'
  params: {
    name: appName
    location: location
    tags: tags
    identityId: identity.outputs.id
    environmentId: hosting == 'container' ? environment!.outputs.id : ''
    registry: hosting == 'container' ? environment!.outputs.registry : ''
    image: containerImage
    storageName: storage.outputs.name
    settings: settings.outputs.values
  }
  dependsOn: [access, endpoints]
}

module workbook 'workbook.bicep' = {
  name: 'workbook'
  params: { location: location, tags: tags, insightsId: monitoring.outputs.insightsId }
}

module alerts 'alerts.bicep' = {
  name: 'alerts'
  params: {
    location: location
    tags: tags
    insightsId: monitoring.outputs.insightsId
    address: alertAddress
  }
}

output url string = 'https://${host}'
output appName string = appName
output storageName string = storage.outputs.name
output registry string = hosting == 'container' ? environment!.outputs.registry : ''
