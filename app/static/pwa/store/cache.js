/** The last overview from the server, so that every screen has something true to show without a network. */
import { announce, ask, transact } from "./db.js";
import { currentOwner } from "./owner.js";
import { lock, unlock } from "./vault.js";

// For when the phone's storage cannot be read: what this page was told.
let told = null;

export async function saveOverview(overview) {
  told = overview;
  const locked = await lock("history", overview);
  await transact(["cache"], "readwrite", (store) => ask(store("cache").put(locked, "overview")));
  announce({ type: "read" });
}

/** null when there is none, or when it belongs to somebody who is no longer the owner of this phone. */
export async function readOverview() {
  const owner = await currentOwner();
  if (!owner) return null;
  const overview = await readKept().catch(() => told);
  return overview?.person?.id === owner.person ? overview : null;
}

async function readKept() {
  const locked = await transact(["cache"], "readonly", (store) => ask(store("cache").get("overview")));
  return unlock("history", locked);
}
