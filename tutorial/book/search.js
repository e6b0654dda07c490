"use strict";
// Finds the sections that have all the words. What is in them, index.js, is loaded when somebody wants to search: by a
// script, because a browser fetches nothing for a page that is a file itself.
const {root} = document.currentScript.dataset;
const input = document.querySelector("input");
const found = document.querySelector("#found");

input.addEventListener("focus", () => {
    const script = document.createElement("script");
    script.src = root + "index.js";
    script.onload = show;
    document.head.append(script);
}, {once: true});
input.addEventListener("input", show);
input.addEventListener("keydown", event => {
    if (event.key === "Enter") found.querySelector("a")?.click();
    if (event.key === "Escape") input.value = "", show();
});

function show() {
    const words = input.value.toLowerCase().split(/\s+/).filter(word => word);
    found.replaceChildren();
    if (!words.length || typeof sections === "undefined") return;
    const hits = sections
        .map(([link, page, heading, text]) => ({link, page, heading, text, title: `${page} ${heading}`.toLowerCase()}))
        .filter(({title, text}) => words.every(word => title.includes(word) || text.toLowerCase().includes(word)))
        .map(hit => ({...hit, inTitle: words.filter(word => hit.title.includes(word)).length}))
        .sort((a, b) => b.inTitle - a.inTitle);
    for (const {link, page, heading, text} of hits.slice(0, 40)) {
        const item = found.appendChild(document.createElement("li"));
        const a = item.appendChild(document.createElement("a"));
        a.href = root + link;
        a.textContent = page === heading ? page : `${page}: ${heading}`;
        const at = Math.max(0, text.toLowerCase().indexOf(words[0]) - 60);
        item.append(document.createElement("br"), `${at ? "… " : ""}${text.slice(at, at + 160)} …`);
    }
    if (!hits.length) found.append("Nothing has all these words.");
}
