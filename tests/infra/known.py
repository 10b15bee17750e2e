"""What Azure takes, as far as it was known when the kit was written, and where that is from."""

API_VERSIONS = {
    # The types of Bicep that Microsoft generates from the services' own specifications. What is set
    # of each was held once against the models of the azure-mgmt packages of 2026.
    "Microsoft.App/containerApps": "2025-01-01",
    "Microsoft.App/managedEnvironments": "2025-01-01",
    "Microsoft.Authorization/roleAssignments": "2022-04-01",
    "Microsoft.ContainerRegistry/registries": "2023-07-01",
    "Microsoft.EventGrid/systemTopics": "2022-06-15",
    "Microsoft.EventGrid/systemTopics/eventSubscriptions": "2022-06-15",
    "Microsoft.Insights/actionGroups": "2023-01-01",
    "Microsoft.Insights/components": "2020-02-02",
    "Microsoft.Insights/scheduledQueryRules": "2023-12-01",
    "Microsoft.Insights/workbooks": "2023-06-01",
    "Microsoft.ManagedIdentity/userAssignedIdentities": "2023-01-31",
    "Microsoft.Network/privateDnsZones": "2020-06-01",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": "2020-06-01",
    "Microsoft.Network/privateEndpoints": "2024-01-01",
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": "2024-01-01",
    "Microsoft.Network/virtualNetworks": "2024-01-01",
    "Microsoft.OperationalInsights/workspaces": "2023-09-01",
    "Microsoft.Resources/resourceGroups": "2024-03-01",
    "Microsoft.Storage/storageAccounts": "2023-05-01",
    "Microsoft.Storage/storageAccounts/blobServices": "2023-05-01",
    "Microsoft.Storage/storageAccounts/blobServices/containers": "2023-05-01",
    "Microsoft.Web/serverfarms": "2024-04-01",
    "Microsoft.Web/sites": "2024-04-01",
}

ROLES = {
    # Azure's table of built-in roles.
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "974c5e8b-45b9-4653-ba55-5f855dd0fbe8": "Storage Queue Data Contributor",
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
    "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
    "7f951dda-4ed3-4680-a7ca-43fe172d538d": "AcrPull",
}
NEVER_GRANTED = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
    "17d1049b-9a84-46fb-8f53-869881c3d3ab": "Storage Account Contributor",
}

SETTINGS_OF_THE_HOST = {
    # Azure's reference of app settings for Functions, and its page on connections by identity.
    "AzureWebJobsStorage": "a connection string: not in Azure",
    "AzureWebJobsStorage__accountName": "the host's storage, by identity",
    "AzureWebJobsStorage__credential": "managedidentity, where the identity is user-assigned",
    "AzureWebJobsStorage__clientId": "which one",
    "AzureWebJobsSecretStorageType": "where keys of the host are kept",
    "APPLICATIONINSIGHTS_CONNECTION_STRING": "where telemetry goes",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "by which identity",
    "FUNCTIONS_EXTENSION_VERSION": "~4; not on Flex Consumption",
    "FUNCTIONS_WORKER_RUNTIME": "python; not on Flex Consumption",
    "WEBSITE_RUN_FROM_PACKAGE": "the package's address; not on Flex Consumption",
    "WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID": "by which identity it is read",
    # Not the host's, but Azure Identity's: which of an instance's identities the app is.
    "AZURE_CLIENT_ID": "azure-identity",
}
NOT_ON_FLEX = {
    # Azure's page on Flex Consumption: these are part of functionAppConfig there, or mean nothing.
    "FUNCTIONS_EXTENSION_VERSION",
    "FUNCTIONS_WORKER_RUNTIME",
    "FUNCTIONS_WORKER_RUNTIME_VERSION",
    "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
    "WEBSITE_CONTENTSHARE",
    "WEBSITE_RUN_FROM_PACKAGE",
    "SCM_DO_BUILD_DURING_DEPLOYMENT",
    "ENABLE_ORYX_BUILD",
    "WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT",
}
REQUIRED = {
    # Without one of these the app does not start, or trusts nobody.
    "AzureWebJobsStorage__accountName",
    "AzureWebJobsStorage__credential",
    "AzureWebJobsStorage__clientId",
    "AZURE_CLIENT_ID",
    "STORAGE_ACCOUNT_URL",
    "AUTH_ISSUER",
    "AUTH_TENANT",
    "AUTH_AUDIENCES",
    "ROLE_ASSIGNMENTS",
    "PUBLIC_URL",
    "INBOX_TRIGGER",
    "WORKSPACE_NAME",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
}
