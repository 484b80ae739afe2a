// A real OpenID provider for the tests of single sign-on: `node provider.mjs '{"clients": […], "accounts": {…}}'`.
// It listens on loopback, prints its issuer, and asks for a login and for consent, as providers do. An account's
// name is its login and its `sub`; any password is right.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const { clients, accounts } = JSON.parse(process.argv[2]);
const server = createServer().listen(0, '127.0.0.1', () => {
  // localhost and 127.0.0.1 are different sites to a browser: the provider is one, our server the other.
  const issuer = `http://localhost:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients,
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['a key of the tests'] },
    findAccount: (_, id) =>
      accounts[id] && { accountId: id, claims: () => ({ sub: id, ...accounts[id] }) },
    pkce: { required: () => true },
  });
  server.on('request', provider.callback());
  process.stdout.write(`${issuer}\n`);
});
