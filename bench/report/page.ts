/** The report as one page that asks nothing of anybody: no script, no other file. */

import { budgetBar, CLASS_OF, escapeHtml, stripPlot, type Strip } from './plot.ts';
import { format, verdictOf, type Row } from './row.ts';

const TITLES: Record<string, string> = {
  sizes: 'What is sent and deployed',
  page: 'The phone page',
  edge: 'The edge',
  links: 'From the phone to the desktop, and what a photo costs',
  scan: 'Photos as scans for the record',
  compress: 'Compression',
};

export function page(rows: readonly Row[], strips: readonly Strip[], when: Date): string {
  const groups = Object.keys(TITLES).filter((group) => rows.some(({ name }) => name.startsWith(`${group}/`)));
  const { machine = '', commit = '' } = rows[0] ?? {};
  const minute = when.toISOString().slice(0, 16).replace('T', ' ');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Photobridge: the budgets, measured</title>
<style>${STYLE}</style>
<main>
<h1>The budgets, measured</h1>
<p>Revision ${escapeHtml(commit)}, <time datetime="${when.toISOString()}">${minute} UTC</time>,
on ${escapeHtml(machine)}.</p>
<p>A bar is the part of its budget that a figure takes; the line is where the budget ends,
the thin stroke the spread of the rounds.
Ratios, counts and sizes have a verdict. Absolute times of one machine are reported without one.</p>
${groups
  .map((group) =>
    section(
      group,
      rows.filter(({ name }) => name.startsWith(`${group}/`)),
    ),
  )
  .join('\n')}
${strips.length > 0 ? `<h2>Every round</h2>\n${strips.map(stripPlot).join('\n')}` : ''}
</main>
</html>
`;
}

function section(group: string, rows: readonly Row[]): string {
  const title = TITLES[group] ?? group;
  return `<h2 id="${group}">${title}</h2>
<div class="scroll" role="region" aria-labelledby="${group}" tabindex="0"><table>
<thead><tr>
<th scope="col">what</th><th scope="col">of its budget</th><th scope="col" class="number">measured</th>
<th scope="col" class="number">promised</th><th scope="col">verdict</th>
</tr></thead>
<tbody>
${rows.map((row) => line(group, row)).join('\n')}
</tbody></table></div>`;
}

function line(group: string, row: Row): string {
  const spread = row.spread > 0 ? ` <small>± ${format(row.spread, row.unit)}</small>` : '';
  const verdict = verdictOf(row);
  const bound = row.better === 'lower' ? '≤' : '≥';
  return `<tr><th scope="row">${escapeHtml(row.name.slice(group.length + 1))}</th>
<td>${budgetBar(row)}</td>
<td class="number">${format(row.value, row.unit)}${spread}</td>
<td class="number">${bound} ${format(row.goal, row.unit)}</td>
<td><span class="verdict ${CLASS_OF[verdict]}">${verdict}</span></td></tr>`;
}

const STYLE = `
:root {
  --paper: #fff; --ink: #1c2421; --quiet: #56625d; --line: #d5dcd8;
  --met: #0b6e4f; --near: #8a5a00; --missed: #b3261e; --reported: #5b6b8c;
  --a: #0b6e4f; --b: #2f6ea3; --c: #b0413e;
}
@media (prefers-color-scheme: dark) { :root {
  --paper: #141917; --ink: #e6ece9; --quiet: #9daaa4; --line: #34403b;
  --met: #4cc498; --near: #e5b04d; --missed: #ff8a80; --reported: #9fb0d6;
  --a: #4cc498; --b: #7db8ea; --c: #ff9c94;
} }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { margin: 0 0 .5rem; font-size: 1.75rem; } h2 { margin: 2.5rem 0 .5rem; font-size: 1.2rem; }
p { max-width: 45rem; color: var(--quiet); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
th, td { padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); text-align: left; font-weight: 400; }
thead th { color: var(--quiet); } tbody th { min-width: 11rem; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
small { color: var(--quiet); }
.verdict { white-space: nowrap; font-weight: 600; }
.verdict.met { color: var(--met); } .verdict.near { color: var(--near); }
.verdict.missed { color: var(--missed); } .verdict.reported { color: var(--reported); }
.bar { display: block; }
.track { fill: var(--line); opacity: .5; }
.met .fill { fill: var(--met); } .near .fill { fill: var(--near); }
.missed .fill { fill: var(--missed); } .reported .fill { fill: var(--reported); }
.goal { stroke: var(--ink); stroke-width: 2; } .whisker { stroke: var(--ink); stroke-width: 1.5; }
figure { margin: 1.5rem 0; } figcaption { font-weight: 600; }
.strip text { fill: var(--ink); font-size: 12px; } .strip .label { fill: var(--quiet); }
.lane { stroke: var(--line); } .tick { stroke: currentColor; stroke-width: 2; }
.series-0 { color: var(--a); } .series-1 { color: var(--b); } .series-2 { color: var(--c); }
circle { fill: currentColor; fill-opacity: .55; }
`;
