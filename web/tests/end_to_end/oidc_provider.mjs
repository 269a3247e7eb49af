// A certified OpenID Connect provider on loopback, with a sign-in page of its own: who one is there is who
// one says.
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

export const client = { id: 'skyhold', secret: 'known to the service and to the provider alone' };

// Everybody is person:ADDRESS; unconfirmed@… has not confirmed it.
const claimsOf = (subject) => {
  const email = subject.slice('person:'.length);
  return {
    sub: subject,
    email,
    email_verified: !email.startsWith('unconfirmed'),
    name: `The person ${email.split('@')[0]}`,
  };
};

const pageOf = (uid) => `<!doctype html><html lang="en"><title>Example ID</title><h1>Example ID</h1>
  <form method="post" action="/interaction/${uid}"><label>Address <input name="email"></label><button>Continue</button></form>
  <a href="/interaction/${uid}/cancel">Cancel</a></html>`;

async function formOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
}

async function consent(provider, details) {
  const grant = new provider.Grant({
    accountId: details.session.accountId,
    clientId: details.params.client_id,
  });
  grant.addOIDCScope(details.params.scope);
  return { consent: { grantId: await grant.save() } };
}

export class SignInProvider {
  #port = 0;

  get issuer() {
    return `http://127.0.0.1:${this.#port}`;
  }

  // Always at the same address, once there is one.
  async start() {
    this.server = createServer((request, response) => {
      this.#answer(request, response).catch((error) => {
        console.error(error);
        response.writeHead(500).end();
      });
    });
    this.server.listen(this.#port, '127.0.0.1');
    await once(this.server, 'listening');
    this.#port = this.server.address().port;
  }

  // What is agreed with the one client.
  knows(redirectUri) {
    this.provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: client.id,
          client_secret: client.secret,
          redirect_uris: [redirectUri],
          response_types: ['code'],
          grant_types: ['authorization_code'],
        },
      ],
      pkce: { required: () => true, methods: ['S256'] },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      features: { devInteractions: { enabled: false } },
      jwks: {
        keys: [generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })],
      },
      ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
      cookies: { keys: ['only for this test'] },
      interactions: { url: (context, { uid }) => `/interaction/${uid}` },
      findAccount: (context, id) => ({ accountId: id, claims: () => claimsOf(id) }),
    });
  }

  async #answer(request, response) {
    const interaction = /^\/interaction\/([^/]+)(\/cancel)?$/.exec(request.url);
    if (!interaction) return this.provider.callback()(request, response);
    const details = await this.provider.interactionDetails(request, response);
    const finish = (result) => this.provider.interactionFinished(request, response, result);
    if (interaction[2]) return finish({ error: 'access_denied', error_description: '<b>Cancelled</b>' });
    if (request.method === 'POST') {
      const email = (await formOf(request)).get('email');
      return finish({ login: { accountId: `person:${email}` } });
    }
    if (details.prompt.name === 'consent') return finish(await consent(this.provider, details));
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
    return response.end(pageOf(interaction[1]));
  }

  // Hangs up on everybody.
  async stop() {
    if (!this.server?.listening) return;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
