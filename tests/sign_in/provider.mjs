// The certified OpenID Connect provider "oidc-provider" on loopback, for the tests of signing in.
//
// It prints its issuer as one line and then obeys POST /control with a JSON object, any of:
//   clients     the programs it knows, as their registration metadata
//   rotate      "add": a new key signs, the old ones stay listed; "withdraw": only the new one is listed
//   groups      the groups of people, by their names
//   conform     false: ID tokens carry the profile too, as those of many providers do
//   lifetime    seconds for which ID tokens and access tokens hold
//   log_out     false: it offers no end_session_endpoint
//   post_only   true: programs may show their secret in the body alone
// Everything else is the provider as it comes: its own pages ask for a name (any password will do)
// and for consent, with a link to cancel.
import { createServer } from 'node:http';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// Where tests/run has installed it is said by the test that starts this file.
const tools = createRequire(`${process.env.TEST_TOOLS}/`);
const { Provider } = await import(pathToFileURL(tools.resolve('oidc-provider')).href);

const AUDIENCE = 'communitytoken';

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' };
}

const settings = {
  clients: [], keys: [signingKey()], groups: {}, conform: true, lifetime: 600, log_out: true, post_only: false,
};
let provider;

const server = createServer((request, response) => {
  if (request.url === '/control') return control(request, response);
  if (settings.post_only && request.url === '/token' && request.headers.authorization) {
    // By itself it would overlook that.
    response.writeHead(401, { 'content-type': 'application/json' });
    return response.end('{"error":"invalid_client"}');
  }
  return provider.callback()(request, response);
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
// Another host than the community's 127.0.0.1, so that the browser treats the two as different sites.
const issuer = `http://localhost:${server.address().port}`;

function build() {
  provider = new Provider(issuer, {
    clients: settings.clients,
    jwks: { keys: settings.keys },
    cookies: { keys: ['for the tests'] },
    conformIdTokenClaims: settings.conform,
    scopes: ['openid', 'profile', 'wallet'],
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
    ...(settings.post_only
      ? { clientAuthMethods: ['client_secret_post', 'none'] }
      : {}),
    pkce: { required: () => true },
    ttl: {
      AccessToken: settings.lifetime, IdToken: settings.lifetime, AuthorizationCode: 60,
      Grant: 3600, Interaction: 600, Session: 3600,
    },
    features: {
      devInteractions: { enabled: true },
      rpInitiatedLogout: { enabled: settings.log_out },
      // Access tokens for the community are JWTs; without a resource they are opaque, as with most providers.
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: 'wallet', audience: AUDIENCE, accessTokenTTL: settings.lifetime, accessTokenFormat: 'jwt',
        }),
      },
    },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id.split('|').pop(), groups: settings.groups[id] }),
    }),
  });
}

async function control(request, response) {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { rotate, ...changes } = JSON.parse(body);
  if (rotate) settings.keys = [signingKey(), ...(rotate === 'add' ? settings.keys : [])];
  Object.assign(settings, changes);
  build();
  response.end('{}');
}

build();
console.log(issuer);
// Ends with the test, however the test ends.
process.stdin.on('end', () => process.exit(0)).resume();
