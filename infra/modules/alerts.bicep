// Three alerts: jobs fail, work waits, the host is silent or out of memory.
param location string
param tags object
param insightsId string
param address string

@description('Seconds that bundles of mini-batches may wait for a scorer, or jobs for their first mini-batch.')
param longestWait int = 900

@description('MB of one instance that worker and scorers may take together.')
param mostMemory int = 3500

var failures = 'customMetrics | where name == "batch.jobs" | where tostring(customDimensions["batch.job.status"]) == "Failed" | summarize failed = sum(valueSum)'
var waiting = 'customMetrics | where name in ("batch.job.queue.duration", "batch.bundle.queue.duration") | summarize seconds = max(valueMax)'
var memory = 'customMetrics | where name in ("process.memory.usage", "batch.scorer.memory") | summarize bytes = max(valueMax) by name, cloud_RoleInstance | summarize MB = sum(bytes) / 1e6 by cloud_RoleInstance | where MB > ${mostMemory} | project trouble = 1'
var silence = 'union (traces | summarize lines = count()), (requests | summarize lines = count()) | summarize lines = sum(lines) | where lines == 0 | project trouble = 1'

var rules = [
  {
    name: 'batch-jobs-failed'
    text: 'Batch jobs failed: their receipts and errors.jsonl say why.'
    query: failures
    measure: 'failed'
    over: 0
    severity: 2
    window: 'PT15M'
  }
  {
    name: 'batch-work-waits'
    text: 'Work waits longer than it may: more instances, or SCORER_PROCESSES.'
    query: waiting
    measure: 'seconds'
    over: longestWait
    severity: 2
    window: 'PT30M'
  }
  {
    name: 'batch-host-in-trouble'
    text: 'The host says nothing although its timers fire each minute, or an instance is short of memory.'
    query: 'union (${silence}), (${memory})'
    measure: 'trouble'
    over: 0
    severity: 1
    window: 'PT15M'
  }
]

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(address)) {
  name: 'batch-endpoints'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'batch'
    enabled: true
    emailReceivers: [{ name: 'operator', emailAddress: address, useCommonAlertSchema: true }]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: rule.name
    location: location
    tags: tags
    properties: {
      displayName: rule.name
      description: rule.text
      enabled: true
      severity: rule.severity
      scopes: [insightsId]
      evaluationFrequency: 'PT5M'
      windowSize: rule.window
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: rule.measure
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: rule.over
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      autoMitigate: true
      actions: { actionGroups: empty(address) ? [] : [group.id] }
    }
  }
]
