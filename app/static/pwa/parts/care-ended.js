/** Care at the clinic has ended: what every screen says instead of who reads there, and when. */
import { longDate, phoneZone } from "../when.js";
import { t } from "../words.js";

/** "" while care goes on. */
export const endedWords = (patient) =>
  patient?.care_ended_at
    ? t("Your care at {clinic} ended. Since {day} nobody there reads what you write here.", {
        clinic: patient.clinic.name,
        day: longDate(patient.care_ended_at, phoneZone()),
      })
    : "";
