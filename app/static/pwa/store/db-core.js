/* The phone's database, for the page and the worker alike: a classic worker cannot import modules, so this is a
   plain script that sets one object on self. */
(() => {
  const NAME = "between";
  // Some browsers never answer at all; who holds an answer that is only on the screen must be told so in time.
  const OPENS_IN = 5_000;
  const ANSWERS_IN = 10_000;
  const GRACE = 500;
  const REST = 30_000;
  // What browsers say when the system took the connection away: iOS does it to pages it had put to sleep.
  const DROPPED = ["InvalidStateError", "UnknownError"];

  // Numbered by position and never edited once released: a phone may come from any of them. They only ever add, so
  // that a page of an older version can go on writing in a database that a newer one opened.
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
    if (opening) return opening;
    const connected = connect(MIGRATIONS.length).catch(asItIs).then(watch);
    const mine = inTime(connected, OPENS_IN, "The database did not open.");
    opening = mine;
    const again = (now) => opening === mine && (opening = now);
    // One that never answers is not asked for again by everybody who waits; when it does answer, it is used.
    mine.catch(({ name }) => (name === "TimeoutError" ? setTimeout(again, REST, null) : again(null)));
    connected.then(() => again(connected), () => again(null));
    return mine;
  }

  /** A newer version in another tab went ahead: what it keeps is opened as it is. */
  function asItIs(error) {
    if (error?.name !== "VersionError") throw error;
    return connect();
  }

  function connect(version) {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, version);
      request.onupgradeneeded = ({ oldVersion }) => {
        for (const migrate of MIGRATIONS.slice(oldVersion)) migrate(request.result, request.transaction);
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  /** Rejects with TimeoutError when it takes too long; a page that slept is given a moment to hear of it first. */
  function inTime(promise, patience, words) {
    let timer = 0;
    const late = new Promise((_, reject) => {
      const giveUp = () => reject(new DOMException(words, "TimeoutError"));
      timer = setTimeout(() => (timer = setTimeout(giveUp, GRACE)), patience);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
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

  /**
   * Run `work(store)` in one transaction; resolves with its result after the transaction is complete. A connection that
   * was dropped is opened again once, and `work` is run again: it must bear that.
   */
  async function transact(stores, mode, work) {
    try {
      return await once(stores, mode, work);
    } catch (error) {
      if (!DROPPED.includes(error?.name)) throw error;
      opening = null;
      return once(stores, mode, work);
    }
  }

  async function once(stores, mode, work) {
    const db = await openStore();
    // Strict: what the screen calls saved must survive the battery coming out.
    const transaction = db.transaction(stores, mode, { durability: "strict" });
    const ended = endOf(transaction, db);
    // A connection that is taken away may leave its requests without an answer.
    const stuck = ended.then(() => new Promise(() => {}));
    try {
      const result = await inTime(Promise.race([work((name) => transaction.objectStore(name)), stuck]), ANSWERS_IN, "No answer.");
      await inTime(ended, ANSWERS_IN, "Not committed.");
      return result;
    } catch (error) {
      abort(transaction);
      throw error;
    }
  }

  function endOf(transaction, db) {
    const ended = new Promise((resolve, reject) => {
      const dropped = () => reject(new DOMException("The connection was dropped.", "UnknownError"));
      db.addEventListener("close", dropped);
      transaction.addEventListener("complete", resolve);
      transaction.addEventListener("abort", () =>
        reject(transaction.error ?? new DOMException("The transaction was aborted.", "AbortError")));
      for (const end of ["complete", "abort"]) transaction.addEventListener(end, () => db.removeEventListener("close", dropped));
    });
    ended.catch(() => {});
    return ended;
  }

  function abort(transaction) {
    try {
      transaction.abort();
    } catch {
      // It had ended already; the error that led here is the one to report.
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
