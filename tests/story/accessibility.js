// What keeps people from using a page: answered as a list of sentences, empty for a page that is in order.
// Source: WCAG 2.2, success criteria 1.1.1, 1.3.1, 1.4.3, 2.4.6, 2.4.7, 3.1.1, 3.3.2, 4.1.2.
const found = [];
const shown = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";
const named = (e) => `<${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""}${e.className && e.className.baseVal === undefined ? "." + e.className.replace(/\s+/g, ".") : ""}> “${(e.innerText || e.value || "").trim().slice(0, 40)}”`;
const say = (what, e) => found.push(e ? `${what}: ${named(e)}` : what);
const words = (e) => (e.getAttribute("aria-label") || (e.getAttribute("aria-labelledby") || "").split(" ").map((id) => (document.getElementById(id) || {}).textContent || "").join(" ") || e.innerText || e.textContent || e.value || e.alt || "").trim();

if (!document.documentElement.lang) say("the page names no language");
if (!document.title.trim()) say("the page has no title");
if (document.querySelectorAll("main").length !== 1) say("there is not exactly one main part");

const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
ids.filter((id, at) => ids.indexOf(id) !== at).forEach((id) => say(`the id ${id} is given twice`));
document.querySelectorAll("[aria-labelledby],[aria-describedby],label[for]").forEach((e) => {
  for (const id of `${e.getAttribute("aria-labelledby") || ""} ${e.getAttribute("aria-describedby") || ""} ${e.htmlFor || ""}`.split(" ")) if (id && !document.getElementById(id)) say(`it refers to ${id}, which is not there`, e);
});

const headings = [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].filter((e) => !e.closest("dialog:not([open])"));
if (headings.filter((e) => e.tagName === "H1").length !== 1) say(`there are ${headings.filter((e) => e.tagName === "H1").length} first headings, not one`);
headings.reduce((before, e) => { const level = Number(e.tagName[1]); if (level > before + 1) say(`a heading of level ${level} follows one of level ${before}`, e); return level; }, 0);

document.querySelectorAll("input:not([type=hidden]),select,textarea").forEach((e) => {
  if (![...(e.labels || [])].some((label) => label.textContent.trim()) && !words(e)) say("a field has no label", e);
});
document.querySelectorAll("button,a[href],summary,[role=button]").forEach((e) => { if (shown(e) && !words(e)) say("it has no name", e); });
document.querySelectorAll("img").forEach((e) => { if (!e.hasAttribute("alt")) say("a picture has no words for it", e); });
document.querySelectorAll("[tabindex]").forEach((e) => { if (e.tabIndex > 0) say("it jumps the order of the page", e); });
document.querySelectorAll("table").forEach((e) => {
  if (e.closest("details.text")) return; // a table found on a page of the letter: its heads are not known
  const heads = [...e.querySelectorAll("th")];
  if (!heads.length) say("a table has no heads", e);
  if (heads.some((head) => !head.scope)) say("a head of a table does not say what it heads", e);
});
document.querySelectorAll("[tabindex='0'][aria-label]:not([role]),div[aria-label]:not([role])").forEach((e) => say("its name is given to something without a role", e));

const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const colour = (text) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1); const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
const over = ([r, g, b, a], under) => [r, g, b].map((part, at) => part * a + under[at] * (1 - a)).concat(1);
const ground = (e) => { const layers = []; for (let at = e; at; at = at.parentElement) { const one = colour(getComputedStyle(at).backgroundColor); layers.push(one); if (one[3] === 1) break; } let under = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18, 1] : [255, 255, 255, 1]; for (const one of layers.reverse()) under = over(one, under); return under; };
const light = ([r, g, b]) => { const [x, y, z] = [r, g, b].map((part) => { const c = part / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; }); return 0.2126 * x + 0.7152 * y + 0.0722 * z; };
const faded = (e) => { let share = 1; for (let at = e; at; at = at.parentElement) share *= Number(getComputedStyle(at).opacity); return share; };
const told = new Set();
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const e = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || told.has(e) || !shown(e) || e.closest("svg,script,noscript,option,.unseen,:disabled,.skip")) continue;
  told.add(e);
  const style = getComputedStyle(e), behind = ground(e), ink = colour(style.color);
  const seen = over([ink[0], ink[1], ink[2], ink[3] * faded(e)], behind);
  const [a, b] = [light(seen), light(behind)], ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  if (ratio < (large ? 3 : 4.5)) say(`contrast ${ratio.toFixed(2)}`, e);
}

const held = document.activeElement;
document.querySelectorAll("a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex='0']").forEach((e) => {
  if (!shown(e) || e.disabled) return;
  e.focus({ preventScroll: true, focusVisible: true });
  if (document.activeElement !== e) return;
  const lit = (one) => one && (parseFloat(getComputedStyle(one).outlineWidth) > 0 && getComputedStyle(one).outlineStyle !== "none");
  if (!lit(e) && !lit(e.closest("label"))) say("focus is not to be seen", e);
});
if (held) held.focus({ preventScroll: true });
return found;
