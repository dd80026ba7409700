// Gets tokens with clients for JavaScript that do not know Azure Arc, and prints as JSON what each of them got.

const { Worker, isMainThread, parentPort, workerData } = require("node:worker_threads");

const STORAGE = "https://storage.azure.com";

const clients = {
  "@azure/identity": () => of("ManagedIdentityCredential"),
  "@azure/identity, own id": (clientId) => of("ManagedIdentityCredential", { clientId }),
  "@azure/identity, default": () => of("DefaultAzureCredential"),
  "@azure/identity, AZURE_CLIENT_ID": () => of("DefaultAzureCredential"),
  "@azure/msal-node": ofMsal,
};

async function of(type, options) {
  const credential = new (require("@azure/identity")[type])(options);
  return (await credential.getToken(`${STORAGE}/.default`)).token;
}

async function ofMsal() {
  const { ManagedIdentityApplication } = require("@azure/msal-node");
  return (await new ManagedIdentityApplication({ system: {} }).acquireToken({ resource: STORAGE })).accessToken;
}

// In a thread of its own, since the clients of one thread share their tokens.
function inThread(name, clientId, env) {
  return new Promise((resolve, reject) => {
    const thread = new Worker(__filename, { workerData: { name, clientId }, env: { ...process.env, ...env } });
    thread.once("message", resolve).once("error", reject);
  });
}

/** The client id of this machine's identity. */
function ownId(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url")).appid;
}

async function main() {
  const clientId = ownId(await inThread("@azure/identity"));
  const tokens = Object.keys(clients).map(async (name) => {
    const variables = name.endsWith("AZURE_CLIENT_ID") ? { AZURE_CLIENT_ID: clientId } : {};
    return [name, await inThread(name, clientId, variables)];
  });
  console.log(JSON.stringify(Object.fromEntries(await Promise.all(tokens))));
}

if (isMainThread) {
  main();
} else {
  clients[workerData.name](workerData.clientId).then((token) => parentPort.postMessage(token));
}
