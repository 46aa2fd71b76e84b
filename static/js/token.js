// The token of this session: signing in elsewhere changes it, and the page fetches the new one.
const all = () => document.querySelectorAll('input[name="csrfmiddlewaretoken"]');
export const token = () => all()[0].value;
/** @param {string | null | undefined} header */
export const isStale = (header) => (header ?? "").includes("attest:stale-form");

export const signIn = () =>
  Object.assign(document.createElement("a"), {
    textContent: "Sign in",
    href: `/accounts/login/?next=${encodeURIComponent(location.pathname + location.search)}`,
  });

// True once every form of the page holds it; false when nobody, or somebody else, is signed in.
export async function freshToken() {
  try {
    const page = new DOMParser().parseFromString(
      await (await fetch(location.href)).text(),
      "text/html",
    );
    const fresh = page.querySelector('input[name="csrfmiddlewaretoken"]')?.value;
    if (!fresh || page.body.dataset.person !== document.body.dataset.person) return false;
    for (const input of all()) input.value = fresh;
    return true;
  } catch {
    return false;
  }
}
