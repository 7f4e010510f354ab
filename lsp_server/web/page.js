// Git Memory: tells where this script came from of views, clicks and errors, and never what is typed.
(({ src, dataset: { token, session, clicks = "[data-memory], button, a" } }) => {
  const first = JSON.stringify({ token, session: session || Math.random().toString(36).slice(2) });
  let page, failed, queue = [], cut = (key, text) => text?.slice?.(0, key === "content" ? 1500 : 200) ?? text;
  const note = (type, title, more, content) => queue.length < 50 && queue.push(
    JSON.stringify({ type, title, content, metadata: { page, ...more } }, cut));
  const view = () => page !== (page = location.pathname) && note("page_view", page);
  const fail = ({ reason, error = reason, message, filename: file, lineno: line }) => {
    const title = error instanceof Error ? `${error}` : `Error: ${error ?? message}`, at = `${file}:${line}`;
    if (failed !== (failed = title)) note("ui_error", title, { error: file && { where: at } }, error?.stack);
  };
  const post = (some, again = () => queue.length < 50 && queue.push(...some)) => fetch(new URL(".", src),
    { method: "POST", body: [first, ...some].join("\n"), keepalive: document.hidden })
    .then(({ status }) => status < 429 || again(), again);
  const send = () => { for (view(), failed = ""; queue.length;) post(queue.splice(0, 4)); };
  addEventListener("click", ({ isTrusted, target }) => {
    const hit = isTrusted && target.closest?.(clicks), element = hit?.localName;
    if (!hit || hit.isContentEditable || hit.querySelector("[contenteditable]")) return;
    note("user_action", (hit.dataset.memory || hit.textContent).trim() || hit.ariaLabel || "?", { element });
  }, true);
  for (const type of ["error", "unhandledrejection"]) addEventListener(type, fail);
  addEventListener("visibilitychange", () => document.hidden && send());
  globalThis.navigation?.addEventListener("currententrychange", view); // elsewhere within five seconds
  setInterval(send, 5000); view();
})(document.currentScript);
