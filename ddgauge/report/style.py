"""How a page looks: light and dark, on paper, on a phone."""

STYLE = """
:root {
  color-scheme: light dark;
  --page: #fdfdfb; --text: #1d1d1b; --quiet: #5b5b55; --line: #d8d6cd; --strong: #b9b6a9; --link: #1f4e9c;
  --stripe: #f5f4ef; --code: #f3f2ec; --paper: #ffffff; --shade: rgba(0, 0, 0, .55);
  --warn: #fff4d8; --warn-line: #b07d00; --good: #1f7a4d; --bad: #b3211e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #17191c; --text: #e6e4de; --quiet: #a9a69d; --line: #383b40; --strong: #5a5e65; --link: #8fb8f5;
    --stripe: #1e2125; --code: #1f2226; --paper: #ffffff; --shade: rgba(0, 0, 0, .8);
    --warn: #33290f; --warn-line: #d9a521; --good: #6fc79b; --bad: #f28b82;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body {
  margin: 0 auto; padding: 1.5rem clamp(.9rem, 4vw, 2.5rem) 3rem; max-width: 76rem;
  background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
h1 { font-size: clamp(1.5rem, 1.1rem + 2vw, 2.2rem); line-height: 1.2; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; line-height: 1.25; margin: 2.4rem 0 .8rem; padding-bottom: .25rem;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
h3 { font-size: 1.02rem; margin: 1.4rem 0 .5rem; }
p { margin: .5rem 0; max-width: 46rem; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible {
  outline: 2px solid var(--link); outline-offset: 2px; }
.lead { font-size: 1.08rem; color: var(--quiet); margin: 0 0 .8rem; }
.good { color: var(--good); font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; }
.note { color: var(--quiet); font-size: .92rem; }

.facts { display: flex; flex-wrap: wrap; gap: .3rem 2rem; margin: 0; }
.facts dt { font-size: .82rem; color: var(--quiet); }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }

.warnings { margin: 1.4rem 0; padding: .7rem 1.1rem; background: var(--warn); border-left: 5px solid var(--warn-line);
  border-radius: 0 6px 6px 0; }
.warnings h2 { margin: 0 0 .3rem; padding: 0; border: 0; font-size: 1.05rem; }
.warnings ul { margin: 0; padding-left: 1.2rem; }
.warnings li { overflow-wrap: anywhere; }

nav ul { display: flex; flex-wrap: wrap; gap: .35rem 1.2rem; margin: 1.2rem 0 0; padding: .55rem 0; list-style: none;
  border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); font-size: .94rem; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
nav + main > section:first-child h2 { margin-top: 1.6rem; }

.tables { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 1.2rem 2.6rem; }
.table { max-width: 100%; overflow-x: auto; margin: .3rem 0; /* a shadow where there is more beside */
  background: linear-gradient(to right, var(--page) 1rem, transparent) 0 0 / 2.5rem 100%,
    linear-gradient(to left, var(--page) 1rem, transparent) 100% 0 / 2.5rem 100%,
    linear-gradient(to right, var(--strong), transparent) 0 0 / .6rem 100%,
    linear-gradient(to left, var(--strong), transparent) 100% 0 / .6rem 100%;
  background-repeat: no-repeat; background-attachment: local, local, scroll, scroll; }
table { border-collapse: collapse; font-size: .93rem; min-width: min(100%, 17rem); }
caption { text-align: left; font-weight: 600; padding: 0 0 .3rem; max-width: 44rem; }
th, td { padding: .22rem .7rem; text-align: left; vertical-align: baseline; }
thead th, thead td { border-bottom: 1.5px solid var(--strong); font-weight: 500; color: var(--quiet);
  white-space: nowrap; }
tbody th { font-weight: 500; white-space: nowrap; }
tbody tr + tr > * { border-top: 1px solid var(--line); }
tbody tr:hover > * { background: var(--stripe); }
th:first-child, td:first-child { padding-left: .2rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }

.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr)); gap: 1.4rem;
  grid-auto-flow: dense; align-items: start; }
figure { margin: 0; }
figure img { display: block; height: auto; max-width: 100%; margin: 0 auto; }
figure .open { display: block; background: var(--paper); border: 1px solid var(--line); border-radius: 6px;
  padding: .6rem; cursor: zoom-in; }
figcaption { margin-top: .45rem; font-size: .92rem; color: var(--quiet); overflow-wrap: anywhere; }
.broad { grid-column: 1 / -1; }
.broad .open { width: fit-content; max-width: 100%; }
.close { display: none; }
figure:target { position: fixed; inset: 0; z-index: 10; overflow: auto; padding: 3.2rem 1rem 1rem;
  background: var(--page); }
figure:target .open { cursor: default; width: max-content; min-width: 100%; pointer-events: none; }
figure:target img { max-width: none; width: max(min(94vw, (100vh - 9rem) * var(--ratio, 1.5)), 45rem); }
figure:target .close { display: block; position: fixed; top: .6rem; right: 1rem; padding: .3rem .9rem;
  border-radius: 5px; background: var(--link); color: var(--page); text-decoration: none; font-weight: 600; }

details { margin: .6rem 0; border: 1px solid var(--line); border-radius: 6px; padding: .1rem .9rem; }
summary { cursor: pointer; padding: .45rem 0; font-weight: 500; }
pre { margin: .2rem 0 .8rem; padding: .8rem 1rem; overflow-x: auto; background: var(--code); border-radius: 6px;
  font: .86rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
footer { margin-top: 3rem; color: var(--quiet); font-size: .88rem; border-top: 1px solid var(--line); }

@media (max-width: 40rem) {
  table { font-size: .84rem; }
  th, td { padding: .2rem .4rem; }
  tbody th { white-space: normal; }
  figure .open { padding: .3rem; }
}
@media print {
  :root {
    color-scheme: light;
    --page: #fff; --text: #000; --quiet: #333; --line: #bbb; --strong: #777; --link: #000; --stripe: #fff;
    --code: #f6f6f6; --paper: #fff; --warn: #fff; --good: #1f7a4d; --bad: #b3211e;
  }
  @page { margin: 16mm; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .close, footer { display: none; }
  h2 { break-after: avoid; margin-top: 1.4rem; }
  figure, tr, .warnings { break-inside: avoid; }
  .table { overflow: visible; break-inside: avoid; background: none; }
  details .table { break-inside: auto; }
  .figures { display: block; }
  .figures .place { margin-bottom: 1rem; }
  figure:target { position: static; padding: 0; }
  figure:target img, figure img { max-width: 100%; max-height: 11cm; width: auto; }
  pre { white-space: pre-wrap; overflow: visible; font-size: 8pt; }
  details::details-content { content-visibility: visible; display: block; height: auto; block-size: auto; opacity: 1; }
}
"""
