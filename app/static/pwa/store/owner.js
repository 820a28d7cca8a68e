/** Whose phone this is at the moment: who signed in last and did not sign out. */
import { announce, ask, readMeta, transact, writeMeta } from "./db.js";

export const currentOwner = async () => (await readMeta("owner")) ?? null;

export async function setOwner({ person, patient }) {
  const before = await currentOwner();
  if (before?.person === person && before.patient === patient) return;
  await writeMeta("owner", { person, patient });
  announce({ type: "owner" });
}

/** Sign-out. The keys go, and with them drafts and history; the outbox is sealed already and stays until it is sent. */
export async function forgetOwner() {
  await transact(["meta", "keys", "drafts", "cache"], "readwrite", async (store) => {
    store("keys").delete("draft");
    store("keys").delete("history");
    store("drafts").clear();
    store("cache").clear();
    await ask(store("meta").delete("owner"));
  });
  announce({ type: "owner" });
}
