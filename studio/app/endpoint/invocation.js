// From the form to the request, and to the commands that do the same.
const NUMBERS = new Set(["miniBatchSize", "errorThreshold", "instanceCount"]);
const FLAGS = { miniBatchSize: "--mini-batch-size", instanceCount: "--instance-count", name: "--job-name", experimentName: "--experiment-name" };
const KEYS = { errorThreshold: "error_threshold", outputFileName: "output_file_name" };

export function invocation({ uri, kind, deployment, overrides }) {
  const properties = { inputData: { input: { jobInputType: kind || "UriFolder", uri: uri.trim() } } };
  for (const [key, value] of given(overrides)) {
    const typed = NUMBERS.has(key) ? Number(value) : value;
    if (key === "instanceCount") properties.compute = { instanceCount: typed };
    else properties[key] = typed;
  }
  return { body: { properties }, headers: deployment ? { "azureml-model-deployment": deployment } : {} };
}

const given = (overrides) => Object.entries(overrides).map(([key, value]) => [key, value.trim()]).filter(([, value]) => value);

// A word of a shell: quoted unless it needs no quotes.
const word = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

export function bepCommand(endpoint, { uri, kind, deployment, overrides }) {
  const parts = ["./run bep batch-endpoint invoke", `--name ${word(endpoint)}`, `--input ${word(uri.trim() || "FOLDER")}`];
  if (kind) parts.push("--input-type uri_file");
  if (deployment) parts.push(`--deployment-name ${word(deployment)}`);
  const sets = [];
  for (const [key, value] of given(overrides)) {
    if (FLAGS[key]) parts.push(`${FLAGS[key]} ${word(value)}`);
    else sets.push(word(`${KEYS[key]}=${value}`));
  }
  if (sets.length) parts.push(`--set ${sets.join(" ")}`);
  return parts.join(" \\\n  ");
}

export function curlCommand(scoringUri, form) {
  const { body, headers } = invocation(form);
  const lines = [
    `curl -sS ${word(scoringUri)}`,
    '-H "Authorization: Bearer $TOKEN"',
    '-H "Content-Type: application/json"',
    ...Object.entries(headers).map(([name, value]) => `-H ${word(`${name}: ${value}`)}`),
    `-d ${word(JSON.stringify(body))}`,
  ];
  return lines.join(" \\\n  ");
}
