// A browser as its push service sees it: its keys, and opening what was sent, with a library that is not ours.
//
//     node browser.mjs keys                       prints the keys of a new browser
//     node browser.mjs open '{"private", "secret", "body", "authorization"}'
//
// The second prints what the message says, and what the sender said of themselves, if the signature is theirs.
import { createECDH, createPublicKey, randomBytes, verify } from "node:crypto";
import { createRequire } from "node:module";

const ece = createRequire(`${process.cwd()}/target/test-tools/`)("http_ece");
const browser = createECDH("prime256v1");
const [, , act, given] = process.argv;

if (act === "keys") {
  browser.generateKeys();
  const text = (bytes) => bytes.toString("base64url");
  console.log(JSON.stringify({ private: text(browser.getPrivateKey()), public: text(browser.getPublicKey()), secret: text(randomBytes(16)) }));
} else {
  const message = JSON.parse(given);
  browser.setPrivateKey(Buffer.from(message.private, "base64url"));
  const body = Buffer.from(message.body, "base64");
  const opened = ece.decrypt(body, { version: "aes128gcm", privateKey: browser, authSecret: message.secret });
  const [, token, key] = /^vapid t=([^,]+), k=(.+)$/.exec(message.authorization);
  const [head, claims, signature] = token.split(".");
  const point = Buffer.from(key, "base64url");
  const jwk = { kty: "EC", crv: "P-256", x: point.subarray(1, 33).toString("base64url"), y: point.subarray(33).toString("base64url") };
  const signer = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" };
  if (!verify("sha256", Buffer.from(`${head}.${claims}`), signer, Buffer.from(signature, "base64url"))) process.exit(1);
  const read = (part) => JSON.parse(Buffer.from(part, "base64url"));
  console.log(JSON.stringify({ says: JSON.parse(opened), head: read(head), claims: read(claims), key }));
}
