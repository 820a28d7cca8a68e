/** The words for ids of the record. Each is a whole sentence where grammar would differ between languages. */
import { mark, t } from "../words.js";

const FAMILY = {
  ketamine_iv: "ketamine", ketamine_im: "ketamine", esketamine: "esketamine",
  tms: "tms", deep_tms: "tms", deep_tms_accelerated: "tms",
};

const MODALITIES = {
  ketamine_iv: mark("Ketamine infusion"), ketamine_im: mark("Ketamine injection"), esketamine: mark("Esketamine (Spravato)"),
  tms: mark("TMS"), deep_tms: mark("Deep TMS"), deep_tms_accelerated: mark("Accelerated Deep TMS"),
};

const VISIT_IS = {
  ketamine: mark("Your ketamine visit is {when}."), esketamine: mark("Your esketamine visit is {when}."),
  tms: mark("Your TMS visit is {when}."),
};

const PUT_DOWN_TO = {
  ketamine: mark("ketamine"), esketamine: mark("esketamine"), tms: mark("TMS"), both: mark("both together"),
  therapy: mark("therapy"), medicine: mark("a medicine change"), other: mark("something else"), unsure: mark("not sure"),
};

const DIMENSIONS = { executive: mark("handling things"), hedonic: mark("feeling and enjoying") };
const DIRECTIONS = { easier: mark("easier"), same: mark("about the same"), harder: mark("harder") };

const BANDS = {
  minimal: mark("minimal"), mild: mark("mild"), moderate: mark("moderate"),
  moderately_severe: mark("moderately severe"), severe: mark("severe"),
};

const worded = (table, id) => (table[id] ? t(table[id]) : id);

export const familyOf = (modality) => FAMILY[modality] ?? "other";
export const isOffLabel = (modality) => familyOf(modality) === "ketamine";
/** After these nobody drives until the next day. */
export const forbidsDriving = (modality) => ["ketamine", "esketamine"].includes(familyOf(modality));
export const modalityName = (modality) => worded(MODALITIES, modality);
export const dimensionName = (dimension) => worded(DIMENSIONS, dimension);
export const directionName = (direction) => worded(DIRECTIONS, direction);
export const bandName = (band) => worded(BANDS, band);
export const visitIs = (modality, when) => t(VISIT_IS[familyOf(modality)] ?? mark("Your visit is {when}."), { when });

/** What the person puts a change down to, as one phrase. */
export const putDownTo = (ids) =>
  ids.map((id) => worded(PUT_DOWN_TO, id)).join(", ");

export const dial = (number) => `tel:${number.replace(/[^+\d]/g, "")}`;
