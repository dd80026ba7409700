#!/bin/sh
# Seen with @azure/identity 4.13.1 and @azure/msal-node 7.2.3, and Node 20 on Linux.
#
# A credential is an object, and its tokens seem to be its own, as those of azure-identity for Python are. In JavaScript all
# ManagedIdentityCredentials of one thread that stand for the same identity share their tokens, and so do all
# ManagedIdentityApplications: a new one asks nobody, also where IDENTITY_ENDPOINT names another host by now. Tests that make
# a new credential for a new endpoint get the token of the test before. A worker thread has tokens of its own.
#
# Seen output:
#   azure-identity: first token from the first endpoint, of another credential from the first endpoint
#   azure-identity: in a thread of its own from the second endpoint
#   msal-node: first token from the first endpoint, of another application from the first endpoint
#   msal-node: in a thread of its own from the second endpoint
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
npm install --silent --no-audit --no-fund --ignore-scripts @azure/identity@4.13.1 @azure/msal-node@7.2.3
cat > see.cjs <<'END'
const http = require("node:http");
const { Worker, isMainThread, parentPort, workerData } = require("node:worker_threads");

const RESOURCE = "https://storage.azure.com";
const clients = {
  "azure-identity": async () => {
    const { ManagedIdentityCredential } = require("@azure/identity");
    return (await new ManagedIdentityCredential().getToken(`${RESOURCE}/.default`)).token;
  },
  "msal-node": async () => {
    const { ManagedIdentityApplication } = require("@azure/msal-node");
    return (await new ManagedIdentityApplication({ system: {} }).acquireToken({ resource: RESOURCE })).accessToken;
  },
};

async function endpoint(name) {
  const server = http.createServer((request, response) => {
    const resource = new URL(request.url, "http://localhost").searchParams.get("resource");
    const expires_on = String(Math.floor(Date.now() / 1000) + 86400);
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ access_token: name, expires_on, resource, token_type: "Bearer" }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}/token`;
}

function inThread(client) {
  return new Promise((resolve, reject) => {
    new Worker(__filename, { workerData: client }).once("message", resolve).once("error", reject);
  });
}

async function main() {
  for (const name of Object.keys(process.env)) {
    if (/proxy/i.test(name)) delete process.env[name];
  }
  const [first, second] = [await endpoint("the first endpoint"), await endpoint("the second endpoint")];
  process.env.IDENTITY_HEADER = "header";
  const seen = [];
  for (const [name, kind] of [["azure-identity", "credential"], ["msal-node", "application"]]) {
    process.env.IDENTITY_ENDPOINT = first;
    const one = await clients[name]();
    process.env.IDENTITY_ENDPOINT = second;
    const another = await clients[name]();
    const apart = await inThread(name);
    console.log(`${name}: first token from ${one}, of another ${kind} from ${another}`);
    console.log(`${name}: in a thread of its own from ${apart}`);
    seen.push(one, another, apart);
  }
  const expected = ["the first endpoint", "the first endpoint", "the second endpoint"];
  process.exit(JSON.stringify(seen) === JSON.stringify([...expected, ...expected]) ? 0 : 1);
}

if (isMainThread) {
  main();
} else {
  clients[workerData]().then((token) => parentPort.postMessage(token));
}
END
node see.cjs
