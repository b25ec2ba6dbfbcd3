// Asks the browser for a passkey where a form wants one, and sends what it says with the form.
// The form names what to do (data-passkey: create or get) and where the question comes from
// (data-challenge). Without this script the form's page says what else can be done.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

class Problem extends Error {}

async function question(form, words) {
  const answer = await fetch(form.dataset.challenge, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams(new FormData(form)),
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(said.detail ?? words.unanswered);
  return said.publicKey;
}

async function create(options) {
  options.challenge = bytes(options.challenge);
  options.user.id = bytes(options.user.id);
  for (const known of options.excludeCredentials ?? []) known.id = bytes(known.id);
  const made = await navigator.credentials.create({ publicKey: options });
  const { attestationObject, clientDataJSON } = made.response;
  return { made, response: { attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON) } };
}

async function get(options) {
  options.challenge = bytes(options.challenge);
  const made = await navigator.credentials.get({ publicKey: options });
  const { authenticatorData, clientDataJSON, signature, userHandle } = made.response;
  return {
    made,
    response: {
      authenticatorData: text(authenticatorData),
      clientDataJSON: text(clientDataJSON),
      signature: text(signature),
      userHandle: userHandle && text(userHandle),
    },
  };
}

function sentence(error, words) {
  if (error instanceof Problem) return error.message;
  switch (error.name) {
    case "NotAllowedError":
      return words.stopped;
    case "InvalidStateError":
      return words.known;
    case "NotSupportedError":
    case "ConstraintError":
      return words.unable;
    case "SecurityError":
      return words.elsewhere;
    default:
      return words.failed;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const problem = form.querySelector("[data-problem]");
  // What there is to say stands on the page, in its language.
  const words = problem.dataset;
  const button = form.querySelector("button[type=submit]");
  if (!window.PublicKeyCredential) {
    problem.textContent = window.isSecureContext ? words.old : words.insecure;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled || !window.PublicKeyCredential) return;
    button.disabled = true;
    problem.textContent = "";
    try {
      const options = await question(form, words);
      const { made, response } = await (form.dataset.passkey === "create" ? create(options) : get(options));
      const credential = { id: made.id, rawId: text(made.rawId), type: made.type, response };
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch (error) {
      problem.textContent = sentence(error, words);
      button.disabled = false;
      button.focus();
    }
  });
}
// After going back, the button can be pressed again.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[data-passkey] button")) button.disabled = false;
});
