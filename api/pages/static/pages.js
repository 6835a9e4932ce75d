// Our keys, and what htmx must be told. Every page works without this file.
"use strict";
(() => {
  const typing = (element) => element instanceof HTMLElement &&
    (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)) &&
    !/^(radio|checkbox|button|submit)$/.test(element.type || "");
  const say = (words) => { const said = document.getElementById("said"); if (said) said.textContent = words; };
  const visible = (element) => element.getClientRects().length > 0;

  // A panel opened by hand or key closes its neighbours and is ready to be typed in.
  function ready(panel) {
    if (!panel.open) return;
    document.querySelectorAll("details.panel[open]").forEach((other) => { if (other !== panel) other.open = false; });
    const field = panel.querySelector("input:not([type=hidden]), select");
    if (field) field.focus();
    panel.scrollIntoView({ block: "nearest" });
  }

  function turn() {
    const pictures = document.querySelector(".pictures");
    if (!pictures) return;
    const now = [1, 2, 3].find((quarter) => pictures.classList.contains(`turned-${quarter}`)) || 0;
    pictures.classList.remove(`turned-${now}`);
    if (now < 3) pictures.classList.add(`turned-${now + 1}`);
  }

  // The page in the middle of the pictures is the one that "split here" means; the first cannot be split off.
  function inView() {
    const field = document.querySelector("select[data-page-in-view]"), pictures = document.querySelector(".pictures");
    if (!field || !pictures) return;
    const box = pictures.getBoundingClientRect();
    const middle = (box.top + box.bottom) / 2;
    const number = [...pictures.querySelectorAll("figure.page")].findIndex((page) => page.getBoundingClientRect().bottom >= middle) + 1;
    field.value = number > 1 ? String(number) : "";
  }

  function step(by) {
    const rows = [...document.querySelectorAll("[data-row]")].filter(visible);
    if (!rows.length) return false;
    const at = rows.indexOf(document.activeElement);
    rows[Math.min(Math.max(at + by, 0), rows.length - 1)].focus();
    return true;
  }

  function back() {
    const panel = document.querySelector("details.panel[open]");
    if (panel) { panel.open = false; document.getElementById("main").focus(); return; }
    const up = document.querySelector('[data-key="Escape"]');
    if (up) up.click(); else if (history.length > 1) history.back();
  }

  let prefixed = -Infinity;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    // The same keys on a Russian keyboard: what counts is where the key lies.
    const placed = /^Key([A-Z])$/.exec(event.code || "");
    const key = placed ? placed[1].toLowerCase() : event.code === "Slash" && !event.shiftKey ? "/" : event.key;
    if (event.timeStamp - prefixed < 1500) {
      prefixed = -Infinity;
      const target = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
      if (target) { event.preventDefault(); target.click(); }
      return;
    }
    if (key === "g") { prefixed = event.timeStamp; return; }
    if (key === "Escape") { back(); return; }
    const wanted = event.key === "?" || (event.code === "Slash" && event.shiftKey) ? "?" : key;
    const target = [...document.querySelectorAll(`[data-key="${CSS.escape(wanted)}"]`)].find(visible);
    if (target) {
      event.preventDefault();
      if (typing(target)) { target.focus(); target.select(); } else if (!target.disabled) target.click();
    } else if (wanted === "/") { event.preventDefault(); location.href = "/"; }
    else if ((wanted === "j" || wanted === "k") && step(wanted === "j" ? 1 : -1)) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) { document.getElementById(opener.dataset.opens).showModal(); return; }
    const summary = event.target.closest(".panel > summary");
    if (summary) { setTimeout(() => ready(summary.parentElement)); return; }
    if (event.target.closest("[data-prints]")) print();
    if (event.target.closest("[data-turns]")) { event.preventDefault(); turn(); }
  });

  document.addEventListener("scroll", (event) => { if (event.target !== document && event.target.matches(".pictures")) inView(); }, true);

  const light = (event, on) => {
    const line = event.target instanceof Element && event.target.closest("[data-lights]");
    const box = line && document.getElementById(line.dataset.lights);
    if (!box) return;
    box.classList.toggle("lit", on);
    line.classList.toggle("lit", on);
    if (on && event.type === "focusin") box.scrollIntoView({ block: "center" });
  };
  document.addEventListener("mouseover", (event) => light(event, true));
  document.addEventListener("mouseout", (event) => light(event, false));
  document.addEventListener("focusin", (event) => light(event, true));
  document.addEventListener("focusout", (event) => light(event, false));

  // What was refused or lost leaves the page, and all that was typed, as it is.
  document.addEventListener("htmx:responseError", (event) => {
    say(event.detail.xhr.status === 401 ? document.body.dataset.ended : document.body.dataset.refused);
  });
  // Fields that come later than somebody began to type in those that are there do not take their place.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const typed = (field) => field.value !== field.defaultValue, target = event.detail.target;
    if (target.matches("[data-keeps-typed]") && [...target.querySelectorAll("input")].some(typed)) event.detail.shouldSwap = false;
  });
  // The next pair is there already: it is shown as soon as one is answered, and the answer's page takes its place.
  let answered = "";
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target.closest("form[data-decides]"), upcoming = document.getElementById("upcoming");
    const shown = form && document.getElementById(form.dataset.decides);
    if (!shown || event.detail.requestConfig.verb !== "post") return;
    answered = shown.innerHTML;
    shown.inert = true;
    if (upcoming) shown.replaceChildren(upcoming.content.cloneNode(true));
    form.querySelectorAll("button").forEach((one) => { one.dataset.was = one.disabled ? "1" : ""; one.disabled = true; });
  });
  const unanswered = () => {
    const form = document.querySelector("form[data-decides]");
    if (!form || !answered) return;
    const shown = document.getElementById(form.dataset.decides);
    shown.innerHTML = answered;
    shown.inert = false;
    answered = "";
    form.querySelectorAll("button").forEach((one) => { one.disabled = one.dataset.was === "1"; });
  };
  document.addEventListener("htmx:responseError", unanswered);
  document.addEventListener("htmx:sendError", unanswered);
  document.addEventListener("htmx:sendError", () => say(document.body.dataset.lost));
  document.addEventListener("htmx:beforeRequest", () => say(""));
  document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.target === document.body) window.scrollTo(0, 0); });
  // A choice among filters is wanted on a wide screen only; on a narrow one it would hide what was found.
  if (matchMedia("(max-width: 55.99rem)").matches) document.querySelectorAll("details.facets").forEach((one) => { one.open = false; });
})();
