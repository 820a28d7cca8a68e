/** HPKE base mode, sender only: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM (RFC 9180). Tested with its A.3. */

const P256 = { name: "ECDH", namedCurve: "P-256" };
const HMAC = { name: "HMAC", hash: "SHA-256" };
const KEM_SUITE = join(bytes("KEM"), [0, 16]);
const HPKE_SUITE = join(bytes("HPKE"), [0, 16, 0, 1, 0, 1]);
const NOTHING = new Uint8Array(0);

/** `enc` (65 bytes) followed by the ciphertext. `pair` is given only by the test vectors. */
export async function seal(publicKey, info, plain, pair) {
  const { enc, secret } = await encapsulate(publicKey, pair);
  const { key, nonce } = await schedule(secret, info);
  const aes = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  return join(enc, new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, aes, plain)));
}

async function encapsulate(publicKey, pair) {
  const receiver = await crypto.subtle.importKey("raw", publicKey, P256, false, []);
  const ephemeral = pair ?? (await crypto.subtle.generateKey(P256, false, ["deriveBits"]));
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: receiver }, ephemeral.privateKey, 256);
  const enc = new Uint8Array(await crypto.subtle.exportKey("raw", ephemeral.publicKey));
  const prk = await extract(KEM_SUITE, NOTHING, "eae_prk", new Uint8Array(shared));
  return { enc, secret: await expand(KEM_SUITE, prk, "shared_secret", join(enc, publicKey), 32) };
}

async function schedule(shared, info) {
  const pskIdHash = await extract(HPKE_SUITE, NOTHING, "psk_id_hash", NOTHING);
  const infoHash = await extract(HPKE_SUITE, NOTHING, "info_hash", info);
  const context = join([0], pskIdHash, infoHash);
  const secret = await extract(HPKE_SUITE, shared, "secret", NOTHING);
  return {
    key: await expand(HPKE_SUITE, secret, "key", context, 16),
    nonce: await expand(HPKE_SUITE, secret, "base_nonce", context, 12),
  };
}

const extract = (suite, salt, label, material) => hmac(salt, join(bytes("HPKE-v1"), suite, bytes(label), material));

/** At most 32 bytes, so that HKDF's first block is enough. */
async function expand(suite, prk, label, info, length) {
  const labelled = join([0, length], bytes("HPKE-v1"), suite, bytes(label), info, [1]);
  return (await hmac(prk, labelled)).slice(0, length);
}

async function hmac(key, data) {
  // WebCrypto refuses an empty key; HMAC pads with zeros, so 32 zeros are the same key.
  const raw = key.length ? key : new Uint8Array(32);
  const imported = await crypto.subtle.importKey("raw", raw, HMAC, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, data));
}

function bytes(text) {
  return new TextEncoder().encode(text);
}

function join(...parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const sealInfo = (key, person, item) => bytes(`between/outbox/1|${key}|${person}|${item}`);

export async function sha256Hex(data) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function fromBase64Url(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
