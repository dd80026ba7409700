// @azure/identity for Node. It keeps connections, and all clients of a process share one memory: a handshake by a new
// client is for another resource each time, and so is one by the same client.
import { ManagedIdentityCredential } from "@azure/identity";

const resource = "https://vault.azure.net";
const scope = `${resource}/.default`;
const [action, given] = process.argv.slice(2);
const count = Number(given ?? 1);

async function nsForEach(call) {
  const start = process.hrtime.bigint();
  for (let number = 0; number < count; number++) await call(number);
  return Number(process.hrtime.bigint() - start) / count;
}

const useToken = async (client, wanted = scope) => (await client.getToken(wanted)).token;
const other = (number) => `${resource}/${number}/.default`;

async function beside(client) {
  const slow = useToken(client, "https://slow.azure.net/.default");
  await new Promise((resolve) => setTimeout(resolve, 200));
  const start = process.hrtime.bigint();
  await useToken(client);
  const elapsed = Number(process.hrtime.bigint() - start);
  await slow;
  return elapsed;
}

async function figure() {
  if (action === "new") return nsForEach((number) => useToken(new ManagedIdentityCredential(), other(number)));
  const client = new ManagedIdentityCredential();
  if (action === "same") return nsForEach((number) => useToken(client, other(number)));
  await useToken(client);
  if (action === "cached") return nsForEach(() => useToken(client));
  if (action === "beside") return beside(client);
  throw new Error(`${action} is not measured here`);
}

if (action === "token") console.log(await useToken(new ManagedIdentityCredential()));
else console.log((await figure()).toFixed(3));
