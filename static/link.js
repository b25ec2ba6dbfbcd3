// Copies or shares a link by a button, where the browser can. Without this script the link is copied by
// hand, and the buttons are not there.

for (const place of document.querySelectorAll("[data-link]")) {
  const url = place.dataset.link;
  const said = place.querySelector("[data-said]");
  const offer = (name, act) => {
    const button = place.querySelector(`[data-act=${name}]`);
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        said.textContent = (await act()) ?? "";
      } catch (error) {
        // Whoever closes the list of programs to share with has changed their mind.
        if (error.name !== "AbortError") said.textContent = place.dataset.failed;
      }
    });
  };
  if (navigator.clipboard) {
    offer("copy", async () => {
      await navigator.clipboard.writeText(url);
      return place.dataset.copied;
    });
  }
  if (navigator.share) offer("share", () => navigator.share({ url }));
}
