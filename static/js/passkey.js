// A passkey in place of the password: the server says what is to be signed for the form, the device
// signs it, and the form goes with the signature. Without it, or in an older browser, the password
// is there.
// A passkey belongs to a name: at an address of numbers no browser makes or uses one.
const can =
  Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON) &&
  !/^[\d.:[\]]+$/.test(location.hostname);

/** @param {HTMLFormElement} form @param {string} words */
function say(form, words) {
  const said = form.querySelector("[data-passkey-said]");
  if (said) said.textContent = words;
}

// The options to sign; they count for the address that the form goes to, once, for five minutes.
/** @param {Form} form @param {string} address */
async function ask(form, address) {
  const body = new URLSearchParams({ to: new URL(form.action).pathname });
  const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, "HX-Request": "true" };
  const reply = await fetch(address, { method: "POST", body, headers });
  if (reply.headers.get("Content-Type") !== "application/json")
    throw new Error("Load this page again, then try once more.");
  const options = await reply.json();
  if (!reply.ok) throw new Error(options.said);
  return PublicKeyCredential.parseRequestOptionsFromJSON(options);
}

/** @param {PasskeyButton} button @param {PasskeyButton["form"]} form */
async function sign(button, form) {
  const publicKey = await ask(form, button.dataset.passkey ?? "");
  const key = await navigator.credentials.get({ publicKey });
  form.elements.passkey.value = JSON.stringify(key);
}

// To sign in: what to sign stands on the page of the second step; without a name, the server says.
/** @param {PasskeyButton} button @param {PasskeyButton["form"]} form */
async function enter(button, form) {
  const step = button.dataset.passkeyStep;
  const options = step ? JSON.parse(step) : await asked(button.dataset.passkeyIn ?? "");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const key = await navigator.credentials.get({ publicKey });
  form.elements.credential.value = JSON.stringify(key);
}

/** @param {string} address */
async function asked(address) {
  const reply = await fetch(address, { headers: { Accept: "application/json" } });
  if (!reply.ok) throw new Error("Too many tries. Wait a minute, or use your password.");
  return (await reply.json()).request_options.publicKey;
}

/** @param {PasskeyButton} button @param {PasskeyButton["form"]} form */
async function make(button, form) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    JSON.parse(button.dataset.passkeyNew ?? ""),
  );
  const key = await navigator.credentials.create({ publicKey });
  form.elements.said.value = JSON.stringify(key);
}

// Refused by the device or the person (DOMException), by the server (its words), or the line is
// down (TypeError).
/** @param {Error} error */
function why(error) {
  if (error instanceof DOMException) {
    const isKnown = error.name === "InvalidStateError";
    return isKnown
      ? "This device has a passkey of yours already."
      : "The passkey was not used. Try again.";
  }
  return error instanceof TypeError ? "Attest cannot be reached. Try again." : error.message;
}

/** @param {PasskeyButton} button */
function wayOf(button) {
  if (button.dataset.passkey) return sign;
  return button.dataset.passkeyNew ? make : enter;
}

/** @param {PasskeyButton} button */
async function press(button) {
  const { form } = button;
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true"; // not disabled, which would take the focus away
  say(form, "Your browser asks for the passkey.");
  try {
    await wayOf(button)(button, form);
    say(form, "");
    form.noValidate = true; // the server, not the browser, says what is missing
    form.requestSubmit();
  } catch (error) {
    say(form, why(/** @type {Error} */ (error)));
  } finally {
    button.ariaDisabled = null;
  }
}

const marks = "[data-passkey], [data-passkey-new], [data-passkey-step], [data-passkey-in]";
/** @type {WeakSet<PasskeyButton>} */
const known = new WeakSet();
function ready() {
  const buttons = /** @type {NodeListOf<PasskeyButton>} */ (document.querySelectorAll(marks));
  for (const button of buttons) {
    if (known.has(button)) continue;
    known.add(button);
    const isIn = "passkeyIn" in button.dataset;
    button.hidden = !can;
    if (isIn) button.form.hidden = !can;
    else if (can) say(button.form, "");
    button.addEventListener("click", () => press(button));
  }
}
document.addEventListener("htmx:afterSettle", ready);
ready();
