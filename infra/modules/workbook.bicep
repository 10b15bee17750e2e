// What jobs did, on one page of Azure Monitor: infra/workbook.json.
param location string
param tags object
param insightsId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(insightsId, 'batch-endpoints')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Batch endpoints'
    category: 'workbook'
    sourceId: insightsId
    serializedData: loadTextContent('../workbook.json')
  }
}
