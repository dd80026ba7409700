#!/bin/sh
# Seen with @azure/identity 4.14.1, @azure/msal-node 7.2.3 and @azure/core-rest-pipeline 1.24.0, and Node 20 on Linux.
#
# `getToken` of a credential has an option `abortSignal`, as have all calls of the Azure SDK for JavaScript, and an option
# for the request's timeout. One would expect that a caller who gives up after half a second gets an error after half a
# second. ManagedIdentityCredential hands neither on to MSAL: it waits until the endpoint answers, and gives a token also
# where the signal was aborted before the call. So a client's request that has a signal and needs a token ends no sooner
# than the endpoint wants.
#
# Seen output (the endpoint answers after two seconds):
#   ManagedIdentityCredential, abortSignal of 0.5 s: a token, after the endpoint's answer
#   ManagedIdentityCredential, timeout of 0.5 s: a token, after the endpoint's answer
#   ManagedIdentityCredential, aborted before: a token, after the endpoint's answer
#   a request of a client, abortSignal of 0.5 s: AbortError, after the endpoint's answer
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
npm install --silent --no-audit --no-fund --ignore-scripts \
    @azure/identity@4.14.1 @azure/msal-node@7.2.3 @azure/core-rest-pipeline@1.24.0
cat > see.cjs <<'END'
const http = require("node:http");
const { once } = require("node:events");
const { setTimeout: pause } = require("node:timers/promises");
const { ManagedIdentityCredential } = require("@azure/identity");
const pipelines = require("@azure/core-rest-pipeline");

let answered = 0;
const answer = async (request, response) => {
  await pause(2000);
  answered++;
  response.setHeader("Content-Type", "application/json");
  response.end(
    JSON.stringify({
      access_token: "token",
      expires_in: 86400,
      expires_on: String(Math.floor(Date.now() / 1000) + 86400),
      token_type: "Bearer",
    }),
  );
};

const see = async (what, call) => {
  const before = answered;
  let outcome;
  try {
    await call();
    outcome = "a token";
  } catch (error) {
    outcome = error.name;
  }
  outcome += answered > before ? ", after the endpoint's answer" : ", before the endpoint's answer";
  console.log(`${what}: ${outcome}`);
  return outcome;
};

(async () => {
  for (const name of Object.keys(process.env)) if (/proxy/i.test(name)) delete process.env[name];
  const server = http.createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${server.address().port}`;
  process.env.IDENTITY_ENDPOINT = `${address}/token`;
  process.env.IDENTITY_HEADER = "header";
  const managed = new ManagedIdentityCredential();
  const seen = [
    await see("ManagedIdentityCredential, abortSignal of 0.5 s", () =>
      managed.getToken("https://a.example/.default", { abortSignal: AbortSignal.timeout(500) })),
    await see("ManagedIdentityCredential, timeout of 0.5 s", () =>
      managed.getToken("https://b.example/.default", { requestOptions: { timeout: 500 } })),
    await see("ManagedIdentityCredential, aborted before", () =>
      managed.getToken("https://c.example/.default", { abortSignal: AbortSignal.abort() })),
    await see("a request of a client, abortSignal of 0.5 s", () => {
      const pipeline = pipelines.createEmptyPipeline();
      const options = { credential: managed, scopes: "https://d.example/.default" };
      pipeline.addPolicy(pipelines.bearerTokenAuthenticationPolicy(options));
      return pipeline.sendRequest(
        pipelines.createDefaultHttpClient(),
        pipelines.createPipelineRequest({ url: "https://127.0.0.1:1/", abortSignal: AbortSignal.timeout(500) }),
      );
    }),
  ];
  const late = ", after the endpoint's answer";
  const expected = ["a token", "a token", "a token", "AbortError"].map((outcome) => outcome + late);
  process.exit(seen.join() === expected.join() ? 0 : 1);
})();
END
node see.cjs
