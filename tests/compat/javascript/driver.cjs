// Runs calls of the official SDK for test_javascript_sdk.py: a line of JSON in, {api, method, args}, a line of
// JSON out, {value} or {error}. `node driver.cjs host port`. The SDK is unmodified; the gateway is all it is told.
const readline = require('node:readline');
const sdk = require('purecloud-platform-client-v2');

const [host, port] = process.argv.slice(2);
const client = sdk.ApiClient.instance;
client.setGateway({ host, protocol: 'http', port: Number(port), path_params_login: '', path_params_api: '' });

async function answer({ api, method, args }) {
  try {
    const target = api === 'ApiClient' ? client : new sdk[api]();
    return { value: (await target[method](...args)) ?? null };
  } catch (error) {
    return { error: error instanceof Error ? { message: error.message, status: error.response?.status } : error };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
  }
})();
