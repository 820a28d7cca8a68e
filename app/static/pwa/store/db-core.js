/* The phone's database, for the page and the worker alike: a classic worker cannot import modules, so this is a
   plain script that sets one object on self. */
(() => {
  const NAME = "between";

  // Numbered by position and never edited once released: a phone may come from any of them.
  const MIGRATIONS = [
    (db) => {
      for (const store of ["meta", "keys", "drafts", "cache"]) db.createObjectStore(store);
      for (const store of ["outbox", "attention", "receipts"]) {
        db.createObjectStore(store, { keyPath: "id" }).createIndex("person", "person");
      }
    },
  ];

  let opening = null;

  function openStore() {
    opening ??= connect().catch((error) => {
      opening = null;
      throw error;
    });
    return opening;
  }

  function connect() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, MIGRATIONS.length);
      request.onupgradeneeded = ({ oldVersion }) => {
        for (const migrate of MIGRATIONS.slice(oldVersion)) migrate(request.result, request.transaction);
      };
      request.onsuccess = () => resolve(watch(request.result));
      request.onerror = () => reject(request.error);
    });
  }

  /** iOS drops connections of pages it had put to sleep; a newer version in another tab asks for ours to be closed. */
  function watch(db) {
    const forget = () => {
      db.close();
      opening = null;
    };
    db.onclose = forget;
    db.onversionchange = forget;
    return db;
  }

  async function begin(stores, mode) {
    // Strict: what the screen calls saved must survive the battery coming out.
    try {
      return (await openStore()).transaction(stores, mode, { durability: "strict" });
    } catch (error) {
      if (error.name !== "InvalidStateError") throw error;
      opening = null;
      return (await openStore()).transaction(stores, mode, { durability: "strict" });
    }
  }

  /** Run `work(store)` in one transaction; resolves with its result after the transaction is complete. */
  async function transact(stores, mode, work) {
    const transaction = await begin(stores, mode);
    const complete = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error ?? new DOMException("The transaction was aborted.", "AbortError"));
    });
    complete.catch(() => {});
    const result = await attempt(transaction, work);
    await complete;
    return result;
  }

  async function attempt(transaction, work) {
    try {
      return await work((name) => transaction.objectStore(name));
    } catch (error) {
      try {
        transaction.abort();
      } catch {
        // It had ended already; the error below is the one to report.
      }
      throw error;
    }
  }

  /** A request as a promise. Awaiting it keeps its transaction open. */
  function ask(request) {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  self.BetweenStore = { openStore, transact, ask };
})();
