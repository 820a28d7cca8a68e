/** A phone that cannot keep anything still sends: sealed, at once, and called arrived only on the clinic's receipt. */
import "./db.js";
import "../sync/outbox-core.js";

/** The clinic's receipt for this record. Throws when there is none: then it is nowhere but on the screen. */
export async function sendDirectly(record) {
  const receipt = await self.BetweenOutbox.sendOne(record);
  if (!receipt || receipt.status === "rejected") throw new NotSent("It could be neither kept nor sent.");
  return receipt;
}

export class NotSent extends Error {
  name = "NotSent";
}
