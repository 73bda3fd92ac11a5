// A national identity as others build one: npm `oidc-provider`, with the code flow, pushed requests and CIBA.
// node identity.mjs PORT  — prints "up"; ends when its input ends.
// POST /control {"do": "known"|"person"|"shown"|"waiting"|"approve"|"deny"|"pings", …} is what people, telephones and tests do.
import { Provider, errors } from "oidc-provider";
import { createServer } from "node:http";

const port = Number(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const ACR = ["urn:masar:acr:hawyti-push", "urn:masar:acr:password-totp"];
const CIBA = "urn:openid:params:grant-type:ciba";
const secret = { client_secret: "a-secret:of tests & nothing-else", token_endpoint_auth_method: "client_secret_basic" };
const code = { grant_types: ["authorization_code"], response_types: ["code"], redirect_uris: [process.env.RETURN || "http://127.0.0.1:9/eid/return"] };
const push = { grant_types: [CIBA], response_types: [], redirect_uris: [], backchannel_token_delivery_mode: "poll" };
const publicKeys = JSON.parse(process.env.CLIENT_KEYS);

const people = new Map(); // civil ID -> claims
const requests = new Map(); // auth_req_id -> what the telephone shows
const pings = [];
let person = { acr: ACR[0], amr: ["hwk", "user"], login: "", refuses: false, age: 0 };

const now = () => Math.floor(Date.now() / 1000);

const provider = new Provider(issuer, {
  clients: [
    { client_id: "masar", ...secret, ...code },
    ...Object.entries(publicKeys).map(([alg, key]) => ({
      client_id: `masar-${alg}`, ...code, jwks: { keys: [key] }, id_token_signed_response_alg: alg,
      token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: key.alg,
    })),
    { client_id: "masar-push", ...secret, ...push },
    { client_id: "masar-ping", ...secret, ...push, backchannel_token_delivery_mode: "ping", backchannel_client_notification_endpoint: "https://masar.invalid/ping" },
  ],
  jwks: JSON.parse(process.env.PROVIDER_KEYS),
  claims: { openid: ["sub", "acr", "amr", "auth_time"], profile: ["name"], civil_id: ["civil_id"] },
  scopes: ["openid", "profile", "civil_id"],
  acrValues: ACR,
  conformIdTokenClaims: false,
  enabledJWA: {
    idTokenSigningAlgValues: ["RS256", "PS256", "ES256", "EdDSA"],
    clientAuthSigningAlgValues: ["PS256", "ES256", "EdDSA"],
  },
  async findAccount(_, id) {
    return people.has(id) ? { accountId: id, claims: async () => ({ sub: id, ...people.get(id) }) } : undefined;
  },
  features: {
    devInteractions: { enabled: false },
    pushedAuthorizationRequests: { enabled: true },
    ciba: {
      enabled: true,
      deliveryModes: ["poll", "ping"],
      processLoginHint: async (_, hint) => hint,
      processLoginHintToken: async () => undefined,
      verifyUserCode: async () => {},
      validateRequestContext: async () => {},
      async triggerAuthenticationDevice(ctx, request, account, client) {
        requests.set(request.jti, { request, account, client, shown: ctx.oidc.params.binding_message, params: { ...ctx.oidc.params } });
      },
    },
  },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  pkce: { required: () => true },
  // Pings go to https alone; the test reads here what was sent.
  async fetch(url, options) {
    pings.push({ url: String(url), authorization: new Headers(options.headers).get("authorization"), body: options.body });
    return new Response(null, { status: 204 });
  },
});

async function grantFor(clientId, accountId) {
  const grant = new provider.Grant({ clientId, accountId });
  grant.addOIDCScope("openid profile civil_id");
  return grant.save();
}

async function interact(request, response) {
  const { params, uid } = await provider.interactionDetails(request, response);
  if (person.refuses) return provider.interactionFinished(request, response, { error: "access_denied" });
  const accountId = person.login || params.login_hint;
  const grantId = await grantFor(params.client_id, accountId);
  const login = { accountId, acr: person.acr, amr: person.amr, ts: now() - person.age, remember: false };
  return provider.interactionFinished(request, response, { login, consent: { grantId } });
}

const control = {
  known: ({ people: known }) => Object.entries(known).forEach(([id, claims]) => people.set(id, claims)),
  person: (said) => { person = { ...person, ...said }; },
  shown: ({ id }) => { const { shown, params } = requests.get(id); return { shown, params }; },
  waiting: () => [...requests].map(([id, { shown, account }]) => ({ id, shown, of: account.accountId })),
  pings: () => pings.splice(0),
  async deny({ id }) {
    await provider.backchannelResult(requests.get(id).request, new errors.AccessDenied("the person said no"));
  },
  async approve({ id, acr = ACR[0], amr = ["hwk", "user"], age = 0 }) {
    const { request, account, client } = requests.get(id);
    const grant = new provider.Grant({ clientId: client.clientId, accountId: account.accountId });
    grant.addOIDCScope(request.scope);
    await grant.save();
    await provider.backchannelResult(request, grant, { acr, amr, authTime: now() - age });
  },
};

async function act(request, response) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const said = JSON.parse(Buffer.concat(parts).toString());
  const answer = (await control[said.do](said)) ?? {};
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
}

const answer = provider.callback();
createServer((request, response) => {
  const does = request.url === "/control" ? act : request.url.startsWith("/interaction/") ? interact : answer;
  Promise.resolve(does(request, response)).catch((error) => {
    console.error(error);
    response.writeHead(500).end();
  });
}).listen(port, "127.0.0.1", () => console.log("up"));
process.stdin.resume().on("end", () => process.exit(0));
