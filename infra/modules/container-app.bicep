// The Functions host in a container app. It is scaled by Durable's queue of work items: the rules that the
// platform makes of a function app's triggers know nothing of Durable over Azure Storage.
param name string
param location string
param tags object
param identityId string
param environmentId string
param registry string
param image string
param storageName string
param settings object

@minValue(1)
param leastReplicas int = 1

param mostReplicas int = 10

@description('Work items that wait for each replica.')
param waitingPerReplica int = 8

// `<hubName of host.json>-workitems`, in lower case.
var workItems = 'batchendpoints-workitems'

var environmentVariables = [
  for setting in items(settings): { name: setting.key, value: string(setting.value) }
]

resource app 'Microsoft.App/containerApps@2025-01-01' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: { external: true, targetPort: 80, transport: 'auto', allowInsecure: false }
      registries: [{ server: registry, identity: identityId }]
    }
    template: {
      terminationGracePeriodSeconds: 120
      containers: [
        {
          name: 'functions'
          image: image
          env: environmentVariables
          resources: { cpu: json('2.0'), memory: '4Gi' }
          probes: [
            { type: 'Startup', httpGet: { path: '/admin/host/ping', port: 80 }, periodSeconds: 10, failureThreshold: 30 }
            { type: 'Liveness', httpGet: { path: '/admin/host/ping', port: 80 }, periodSeconds: 30, failureThreshold: 4 }
            { type: 'Readiness', httpGet: { path: '/healthz', port: 80 }, periodSeconds: 15, timeoutSeconds: 10, failureThreshold: 4 }
          ]
        }
      ]
      scale: {
        minReplicas: leastReplicas
        maxReplicas: mostReplicas
        rules: [
          {
            name: 'work-items'
            azureQueue: {
              accountName: storageName
              queueName: workItems
              queueLength: waitingPerReplica
              identity: identityId
            }
          }
        ]
      }
    }
  }
}

output id string = app.id
