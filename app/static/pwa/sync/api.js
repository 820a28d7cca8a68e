/** JSON to and from our server. A reply that is not ours (a hotel's sign-in page) counts as no network. */

const PATIENCE = 20_000;
const NO_NETWORK = { ok: false, status: 0, body: null };

export const getJson = (path) => request(path, { method: "GET" });

export const postJson = (path, body) =>
  request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

async function request(path, options) {
  const signal = AbortSignal.timeout(PATIENCE);
  try {
    const reply = await fetch(path, { ...options, credentials: "same-origin", cache: "no-store", redirect: "manual", signal });
    if (reply.status === 204) return { ok: true, status: 204, body: null };
    if (!reply.headers.get("Content-Type")?.includes("json")) return { ...NO_NETWORK, status: reply.status };
    return { ok: reply.ok, status: reply.status, body: await reply.json() };
  } catch {
    return NO_NETWORK;
  }
}
