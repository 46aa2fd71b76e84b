// A provider of OpenID Connect on loopback, certified software with its own pages:
//
//   node tests/node/provider.mjs PORT ADDRESS...
//
// Each ADDRESS is one to send people back to, as Attest's page "Sign-on" shows it. There the
// issuer is http://127.0.0.1:PORT, the client ID "attest" and the secret the one below. Attest
// wants ATTEST_PRIVATE_NETWORKS=127.0.0.0/8 for it. Any password signs in whoever types an
// address; it counts as confirmed, and everybody is in the group "officers".
import { Provider } from "oidc-provider";

const [port, ...back] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "attest",
      client_secret: "a secret that the provider made",
      redirect_uris: back,
    },
  ],
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified"],
    profile: ["name", "groups"],
  },
  cookies: { keys: ["of a test, on loopback"] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: id.split("@")[0],
      email: id,
      email_verified: true,
      groups: ["officers"],
    }),
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
