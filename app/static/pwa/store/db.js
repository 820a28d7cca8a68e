/** The phone's database as a module. The work is in db-core.js, which the worker loads too. */
import "./db-core.js";

export const { openStore, transact, ask } = self.BetweenStore;

export const readMeta = (name) => transact(["meta"], "readonly", (store) => ask(store("meta").get(name)));

export const writeMeta = (name, value) => transact(["meta"], "readwrite", (store) => ask(store("meta").put(value, name)));

/** Tell every open page and the worker that something on this phone changed. */
export function announce(message) {
  const channel = new BroadcastChannel("between");
  channel.postMessage(message);
  channel.close();
}

/** Call `heard(message)` for what any page or the worker announces. */
export function listen(heard) {
  const channel = new BroadcastChannel("between");
  channel.onmessage = ({ data }) => heard(data);
  return () => channel.close();
}
