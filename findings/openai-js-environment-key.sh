#!/bin/sh
# Seen with openai 7.59.0 for JavaScript and 3.57.0 for Python, and Node 20 and CPython 3.11 on Linux.
#
# Who calls Azure OpenAI with a managed identity gives AzureOpenAI a function that returns tokens. Where the variable
# AZURE_OPENAI_API_KEY is set, as it is while programs move from keys to identities, one would expect that the argument
# counts. For Python it does. For JavaScript the constructor takes the variable for an argument too, and throws: only one of
# the two can be passed, it says, where only one was. `apiKey: undefined` does not help, as it means the variable: it is
# `apiKey: null` that keeps the constructor from looking.
#
# Seen output (AzureOpenAI with a function that returns tokens):
#   JavaScript, no variable: sends Bearer token
#   JavaScript, the variable: OpenAIError
#   JavaScript, the variable and apiKey: undefined: OpenAIError
#   JavaScript, the variable and apiKey: null: sends Bearer token
#   Python, the variable: sends Bearer token
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
npm install --silent --no-audit --no-fund --ignore-scripts openai@7.59.0
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check openai==3.57.0
cat > see.cjs <<'END'
const { AzureOpenAI } = require("openai");

async function see(what, more) {
  let outcome;
  const fetch = async (_, { headers }) => {
    headers = new Headers(headers);
    outcome = `sends ${[headers.get("Authorization"), headers.get("api-key")].filter(Boolean).join(" and the key ")}`;
    return new Response("{}", { headers: { "Content-Type": "application/json" } });
  };
  const azureADTokenProvider = async () => "token";
  const given = { endpoint: "https://service.example", apiVersion: "2024-10-21", azureADTokenProvider, fetch };
  try {
    await new AzureOpenAI({ ...given, ...more }).models.list();
  } catch (error) {
    outcome = error.constructor.name;
  }
  console.log(`JavaScript, ${what}: ${outcome}`);
}

(async () => {
  delete process.env.AZURE_OPENAI_API_KEY;
  await see("no variable", {});
  process.env.AZURE_OPENAI_API_KEY = "key";
  await see("the variable", {});
  await see("the variable and apiKey: undefined", { apiKey: undefined });
  await see("the variable and apiKey: null", { apiKey: null });
})();
END
cat > see.py <<'END'
import os

import httpx2
import openai

sent = []


def answer(request):
    sent.extend(request.headers[name] for name in ("authorization", "api-key") if name in request.headers)
    return httpx2.Response(200, json={"object": "list", "data": []})


os.environ["AZURE_OPENAI_API_KEY"] = "key"
client = openai.AzureOpenAI(
    azure_endpoint="https://service.example",
    api_version="2024-10-21",
    azure_ad_token_provider=lambda: "token",
    http_client=httpx2.Client(transport=httpx2.MockTransport(answer)),
)
client.models.list()
print(f"Python, the variable: sends {' and the key '.join(sent)}")
END
seen=$(
    node see.cjs
    venv/bin/python see.py
)
echo "$seen"
[ "$seen" = 'JavaScript, no variable: sends Bearer token
JavaScript, the variable: OpenAIError
JavaScript, the variable and apiKey: undefined: OpenAIError
JavaScript, the variable and apiKey: null: sends Bearer token
Python, the variable: sends Bearer token' ]
