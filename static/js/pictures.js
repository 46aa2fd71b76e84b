// Pictures of files that came while others were drawn: nobody waits for them on the server, so
// they are asked for again after a while.
const MOST = 5;
/** @type {WeakMap<HTMLImageElement, number>} */
const tries = new WeakMap();

/** @param {unknown} image */
function again(image) {
  if (!(image instanceof HTMLImageElement) || !image.matches("[data-drawn]")) return;
  const tried = tries.get(image) ?? 0;
  if (tried === MOST) return;
  tries.set(image, tried + 1);
  setTimeout(
    () => {
      image.src = image.getAttribute("src") ?? "";
    },
    1000 * 2 ** tried,
  );
}

document.addEventListener("error", (event) => again(event.target), true);
for (const image of document.querySelectorAll("img"))
  if (image.complete && !image.naturalWidth) again(image); // failed before this script came
