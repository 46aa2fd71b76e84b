// The next rows of a long list, asked for by a key as well as by scrolling.
/** @param {HTMLElement | null} link @returns {Promise<boolean>} */
export function loadMore(link = document.querySelector("#more a")) {
  if (!link) return Promise.resolve(false);
  return new Promise((done) => {
    const listening = new AbortController();
    /** @param {boolean} isMore */
    const end = (isMore) => {
      listening.abort();
      done(isMore);
    };
    document.addEventListener(
      "htmx:afterSettle",
      () => {
        if (!link.isConnected) end(true);
      },
      { signal: listening.signal },
    );
    setTimeout(() => end(!link.isConnected), 8000);
    link.click();
  });
}

// While rows are on their way, a key waits for its turn: each press counts, on the row that has the
// focus by then.
let turn = Promise.resolve();
let waiting = 0;
export const isWaiting = () => waiting > 0;
/** @param {() => unknown} step */
export function inTurn(step) {
  waiting += 1;
  const take = async () => {
    try {
      await step();
    } finally {
      waiting -= 1;
    }
  };
  turn = turn.then(take, take);
}

// A list is printed to its end.
document.addEventListener("keydown", async (event) => {
  const isPrint =
    event.key.toLowerCase() === "p" &&
    (event.ctrlKey || event.metaKey) &&
    !event.shiftKey &&
    !event.altKey;
  if (!isPrint || !document.querySelector("#more a")) return;
  event.preventDefault();
  while (await loadMore());
  window.print();
});
