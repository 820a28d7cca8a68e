/** Encryption of what rests on the phone: AES-GCM with keys that cannot be taken out of this browser. */
import { ask, transact } from "./db.js";

/** The key of that name. Two tabs that start together agree on the one that was put first. */
async function keyNamed(name) {
  const known = await transact(["keys"], "readonly", (store) => ask(store("keys").get(name)));
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return transact(["keys"], "readwrite", async (store) => {
    const first = await ask(store("keys").get(name));
    if (!first) await ask(store("keys").put(made, name));
    return first ?? made;
  });
}

export async function lock(name, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(value));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await keyNamed(name), plain) };
}

/** null when there is nothing, or when its key was deleted at sign-out: then nobody can read it any more. */
export async function unlock(name, locked) {
  if (!locked) return null;
  try {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: locked.iv }, await keyNamed(name), locked.data);
    return JSON.parse(new TextDecoder().decode(plain));
  } catch (error) {
    if (error.name === "OperationError") return null;
    throw error;
  }
}
