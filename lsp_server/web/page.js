// Git Memory: tells where this script came from what happens on the page: views, clicks and errors.
// Never what is typed, nor what stands behind ? or # in an address. Nothing is stored in the browser.
(({ src, dataset }) => {
  const random = Array.from(crypto.getRandomValues(new Uint32Array(2)), (number) => number.toString(36));
  const session = dataset.session || random.join(""), waiting = [], told = {};
  const clean = (text, most = 200) => String(text ?? "").trim().slice(0, most).replace(/\p{Cs}/gu, "\ufffd")
    .replace(/(https?:\/\/[^\s?#]*)[?#]\S*?(?=(:\d+)*\)?(\s|$))/g, "$1");
  const note = (type, title, more, content) => waiting.length < 50 && waiting.push({ type,
    title: clean(title) || "?", content: clean(content, 1500), metadata: { page: told.page, ...more } });
  const view = () => told.page !== (told.page = clean(location.pathname)) && note("page_view", told.page);
  const fail = (thrown, place) => {
    const { name = "Error", message = thrown, stack } = thrown instanceof Error ? thrown : {};
    const where = clean(place ?? /https?:[^\s)]+/.exec(clean(stack, 1500)));
    const error = { type: clean(name), message: clean(message), where }, title = `${error.type}: ${message}`;
    if (told.error !== title) note("ui_error", told.error = title, { error }, stack); // once, not once a frame
  };
  const send = () => {
    for (told.error = ""; waiting.length;) {
      const some = waiting.splice(0, 8), first = JSON.stringify({ token: dataset.token, session });
      fetch(new URL(".", src), { method: "POST", body: `${first}\n${JSON.stringify(some)}`, credentials: "omit",
        keepalive: document.hidden }).then(({ status }) => status < 429 || Promise.reject())
        .catch(() => waiting.length < 50 && waiting.push(...some)); // the next time
    }
  };
  addEventListener("click", ({ isTrusted, target }) => {
    const hit = isTrusted && target.closest?.(dataset.clicks ?? "[data-memory], button, a");
    if (!hit || hit.isContentEditable || hit.querySelector("[contenteditable]")) return;
    const name = hit.dataset.memory || hit.textContent.trim() || hit.ariaLabel;
    note("user_action", name, { element: hit.localName });
  }, true);
  addEventListener("error", (event) => fail(event.error ?? event.message, `${event.filename}:${event.lineno}`));
  addEventListener("unhandledrejection", (event) => fail(event.reason));
  document.addEventListener("visibilitychange", () => document.hidden && send());
  globalThis.navigation?.addEventListener("currententrychange", view); // older browsers: within five seconds
  setInterval(() => { view(); send(); }, 5000);
  view();
})(document.currentScript);
