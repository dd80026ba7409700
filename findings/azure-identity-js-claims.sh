#!/bin/sh
# Seen with @azure/identity 4.14.1, @azure/msal-node 7.2.3 and @azure/core-rest-pipeline 1.24.0, and Node 20 on Linux.
#
# A service that does not take a token any more, because it was revoked, answers 401 with a claims
# challenge. The pipeline of the Azure SDK then asks the credential for a token with these claims,
# which means another one than before. MSAL does so where it gets the claims of a caller, and asks
# the endpoint for managed identities again. ManagedIdentityCredential does not hand them on: it
# gives the same token out of MSAL's cache, for up to a day. Each request fails after two attempts.
#
# Seen output:
#   ManagedIdentityCredential: the service gets token 1, then after its challenge token 1, and the client gets 401
#   MSAL with the claims: the service gets token 2, then after its challenge token 3, and the client gets 200
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
npm install --silent --no-audit --no-fund --ignore-scripts \
    @azure/identity@4.14.1 @azure/msal-node@7.2.3 @azure/core-rest-pipeline@1.24.0
cat > see.cjs <<'END'
const http = require("node:http");
const { once } = require("node:events");
const { ManagedIdentityCredential } = require("@azure/identity");
const { ManagedIdentityApplication } = require("@azure/msal-node");
const pipelines = require("@azure/core-rest-pipeline");

const CLAIMS = JSON.stringify({ access_token: { nbf: { essential: true, value: "1900000000" } } });
const CHALLENGE = `Bearer realm="", error="insufficient_claims", claims="${btoa(CLAIMS)}"`;

let given = 0;
const endpoint = http.createServer((request, response) => {
  given += 1;
  const resource = new URL(request.url, "http://localhost").searchParams.get("resource");
  const expires_on = String(Math.floor(Date.now() / 1000) + 86400);
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ access_token: `token ${given}`, expires_on, resource, token_type: "Bearer" }));
});

// A service that has revoked the first token that it gets.
async function see(name, credential, scopes) {
  const tokens = [];
  const service = {
    async sendRequest(request) {
      tokens.push(request.headers.get("Authorization").replace("Bearer ", ""));
      const revoked = tokens.at(-1) === tokens[0];
      const headers = pipelines.createHttpHeaders(revoked ? { "WWW-Authenticate": CHALLENGE } : {});
      return { request, headers, status: revoked ? 401 : 200 };
    },
  };
  const pipeline = pipelines.createEmptyPipeline();
  pipeline.addPolicy(pipelines.bearerTokenAuthenticationPolicy({ credential, scopes }));
  const request = pipelines.createPipelineRequest({ url: "https://service.example/" });
  const { status } = await pipeline.sendRequest(service, request);
  console.log(`${name}: the service gets ${tokens.join(", then after its challenge ")}, and the client gets ${status}`);
  return status;
}

const msal = {
  async getToken([resource], { claims }) {
    const result = await new ManagedIdentityApplication().acquireToken({ resource, claims });
    return { token: result.accessToken, expiresOnTimestamp: result.expiresOn.getTime() };
  },
};

(async () => {
  endpoint.listen(0, "127.0.0.1");
  await once(endpoint, "listening");
  for (const name of Object.keys(process.env).filter((name) => /proxy/i.test(name))) delete process.env[name];
  process.env.IDENTITY_ENDPOINT = `http://127.0.0.1:${endpoint.address().port}/token`;
  process.env.IDENTITY_HEADER = "header";
  const own = new ManagedIdentityCredential();
  const first = await see("ManagedIdentityCredential", own, "https://storage.azure.com/.default");
  const second = await see("MSAL with the claims", msal, "https://vault.azure.net");
  endpoint.close();
  process.exitCode = first === 401 && second === 200 && given === 3 ? 0 : 1;
})();
END
node see.cjs
