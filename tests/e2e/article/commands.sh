# The article's commands in its order. DATA is the https address of a folder in the datastore,
# RESULTS a folder for what is downloaded; what is compared in the end is printed as NAME=VALUE.
set -e

# Set-up
az login --output none
az extension add -n ml -y
az account set -s 00000000-0000-0000-0000-000000000000
az configure --defaults group="local" workspace="local" location="westus2"
az ml compute create --name cpu-cluster --type amlcompute --min-instances 0 --max-instances 5

# Create a batch endpoint
az ml endpoint create --type batch --file endpoints/batch/create-batch-endpoint.yml
az ml endpoint show --name mybatchedp --type batch

# Start a batch scoring job, by each kind of input
job_name=$(az ml endpoint invoke --name mybatchedp --type batch --input-path "$DATA/trips" --query name -o tsv)
az ml data create --name trips --version 1 --path "$DATA/trips" --output none
asset_job=$(az ml endpoint invoke --name mybatchedp --type batch --input-data azureml:trips:1 --query name -o tsv)
datastore_job=$(az ml endpoint invoke --name mybatchedp --type batch --input-datastore azureml:workspaceblobstore --input-path article/trips --query name -o tsv)
local_job=$(az ml endpoint invoke --name mybatchedp --type batch --input-local-path trips --query name -o tsv)

# Configure the output location, and overwrite settings
output_file_name=predictions_$$.csv
output_job=$(az ml endpoint invoke --name mybatchedp --type batch --input-path "$DATA/trips" --output-datastore azureml:workspaceblobstore --output-path mypath --set output_file_name=$output_file_name --query name -o tsv)
settings_job=$(az ml endpoint invoke --name mybatchedp --type batch --input-path "$DATA/trips" --mini-batch-size 1 --instance-count 1 --set retry_settings.max_retries=1 --query name -o tsv)

# Check the status: by streaming, and by the loop
az ml job stream --name $job_name
for job in $asset_job $datastore_job $local_job $output_job $settings_job
do
  status=$(az ml job show --name $job --query status -o tsv)
  while [ "$status" != "Completed" ] && [ "$status" != "Failed" ]
  do
    sleep 1
    status=$(az ml job show --name $job --query status -o tsv)
  done
  echo "$job=$status" >>"$RESULTS/statuses"
done
az ml job download --name $job_name --output-name score --download-path "$RESULTS/url"
az ml job download --name $asset_job --output-name score --download-path "$RESULTS/asset"
az ml job download --name $datastore_job --output-name score --download-path "$RESULTS/datastore"
az ml job download --name $local_job --output-name score --download-path "$RESULTS/local"
az ml job download --name $output_job --output-name score --download-path "$RESULTS/output"
az ml job download --name $settings_job --output-name score --download-path "$RESULTS/settings"
az storage blob list --container-name azureml-blobstore --prefix mypath --query "[].name" -o tsv >"$RESULTS/mypath"
echo "$output_file_name" >"$RESULTS/output_file_name"

# The jobs of the endpoint
az ml endpoint list-jobs --name mybatchedp --type batch --query "[].name" -o tsv >"$RESULTS/jobs"

# Add a deployment, look at it, and switch the traffic to it
az ml endpoint update --name mybatchedp --type batch --deployment-file endpoints/batch/add-deployment.yml
az ml endpoint show --name mybatchedp --type batch
az ml endpoint update --name mybatchedp --type batch --traffic reviews:100
reviews_job=$(az ml endpoint invoke --name mybatchedp --type batch --input-local-path texts --query name -o tsv)
az ml job stream --name $reviews_job
az ml job download --name $reviews_job --output-name score --download-path "$RESULTS/reviews"

# By REST
scoring_uri=$(az ml endpoint show --name mybatchedp --type batch --query scoring_uri -o tsv)
auth_token=$(az account get-access-token --resource https://ml.azure.com --query accessToken -o tsv)
response=$(curl --location --request POST "$scoring_uri" \
  --header "Authorization: Bearer $auth_token" \
  --header 'Content-Type: application/json' \
  --data-raw "{
    \"properties\": {
      \"dataset\": {
        \"dataInputType\": \"DataUrl\",
        \"Path\": \"$DATA/texts\"
      }
    }
  }")
rest_job=$(echo "$response" | python3 -c 'import json, sys; print(json.load(sys.stdin)["name"])')
az ml job stream --name $rest_job
az ml job download --name $rest_job --output-name score --download-path "$RESULTS/rest"

# Delete it; jobs and their results stay
az ml endpoint delete --name mybatchedp --type batch --yes
az ml job show --name $rest_job --query status -o tsv >"$RESULTS/after"
