// Asks Microsoft's clients for JavaScript for tokens; tests/src/bin/client-bench/program.rs tells how.

const readline = require("node:readline");
const { ManagedIdentityCredential } = require("@azure/identity");
const { ManagedIdentityApplication } = require("@azure/msal-node");

// Each try follows the one before at once.
const retryOptions = { retryDelayInMs: 1, maxRetryDelayInMs: 1 };

const clients = {
  "@azure/identity": async (resource, clientId) => {
    const credential = new ManagedIdentityCredential({ clientId, retryOptions });
    return (await credential.getToken(`${resource}/.default`)).token;
  },
  "@azure/msal-node": async (resource, userAssignedClientId) => {
    const managedIdentityIdParams = userAssignedClientId && { userAssignedClientId };
    return (await new ManagedIdentityApplication({ managedIdentityIdParams }).acquireToken({ resource })).accessToken;
  },
};

async function ask({ client, resource, identity }) {
  try {
    return { outcome: "token", text: await clients[client](resource, identity ?? undefined) };
  } catch (error) {
    return { outcome: error.name, text: String(error.message) };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await ask(JSON.parse(line))));
  }
}

main();
