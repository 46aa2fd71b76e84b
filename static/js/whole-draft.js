// A draft goes to review whole: text of it that waits on this device is saved or dropped first. What
// another tab types is saved there within seconds, and waited for; what a closed one left is taken up.
import { isElsewhere, takeUp } from "./device-store.js";
import { keptIn, report, waitsHere } from "./unsaved-forms.js";

const [LOOK_MS, LONGEST_MS] = [250, 12_000];
const pause = () => new Promise((done) => setTimeout(done, LOOK_MS));

/** @param {HTMLElement} place @param {string} words */
function say(place, words) {
  place.textContent = words;
  place.hidden = !words;
}

let isBusy = false;
document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    const place = form.querySelector("[data-waits]");
    if (!place || !(isBusy || waitsHere() || isElsewhere(keptIn))) return;
    event.preventDefault();
    event.stopPropagation();
    if (isBusy) return;
    isBusy = true;
    const { submitter } = event;
    await takeUp(keptIn);
    const end = Date.now() + LONGEST_MS;
    while (!waitsHere() && isElsewhere(keptIn) && Date.now() < end) {
      say(place, "Another tab of yours is saving text of this draft.");
      await pause();
    }
    await takeUp(keptIn); // it may have been closed meanwhile
    report();
    isBusy = false;
    if (waitsHere()) say(place, "Not sent: save or drop the text named above first.");
    else if (isElsewhere(keptIn))
      say(place, "Not sent: another tab of yours has text of this draft that it could not save.");
    else {
      say(place, "");
      form.requestSubmit(submitter);
    }
  },
  true,
);
