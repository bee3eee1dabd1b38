/** Small plots as inline SVG. Their colours are the page's, by class. */

import { verdictOf, used, type Figure, type Verdict } from './row.ts';
import { median } from './statistics.ts';

const BAR = { width: 220, height: 22, goalAt: 160 };

export const CLASS_OF: Record<Verdict, string> = {
  met: 'met',
  'within the noise': 'near',
  missed: 'missed',
  reported: 'reported',
};

/**
 * Draws how much of its budget a figure takes: a bar, its spread, and a line
 * where the budget ends. The table beside it has the numbers.
 */
export function budgetBar(figure: Figure): string {
  const { width, height, goalAt } = BAR;
  const at = (share: number): number => Math.min(width - 2, share * goalAt);
  const share = used(figure);
  const noise = figure.value === 0 ? 0 : (figure.spread / figure.value) * share;
  const middle = height / 2;
  const whisker =
    noise > 0
      ? `<path class="whisker" d="M${at(share - noise).toFixed(1)} ${middle}H${at(share + noise).toFixed(1)}"/>`
      : '';
  return `<svg class="bar ${CLASS_OF[verdictOf(figure)]}" ${sized(width, height)} aria-hidden="true">
<rect class="track" width="${goalAt}" height="12" y="${middle - 6}"/>
<rect class="fill" width="${at(share).toFixed(1)}" height="12" y="${middle - 6}"/>
${whisker}<path class="goal" d="M${goalAt} 1V${height - 1}"/></svg>`;
}

export interface Series {
  name: string;
  values: readonly number[];
}

export interface Strip {
  /** What is plotted, with its unit: the accessible name. */
  title: string;
  groups: { label: string; series: Series[] }[];
}

const STRIP = { width: 720, left: 10, right: 200, lane: 18, gap: 30 };

/** Every round as a dot and the median as a tick, one lane a contestant, on a scale from 0. */
export function stripPlot({ title, groups }: Strip): string {
  const { width, left, right, lane, gap } = STRIP;
  const top = Math.max(...groups.flatMap(({ series }) => series.flatMap(({ values }) => [...values])));
  const x = (value: number): string => (left + ((width - left - right) * value) / top).toFixed(1);
  const names = [...new Set(groups.flatMap(({ series }) => series.map(({ name }) => name)))];
  let y = 0;
  const parts = groups.map(({ label, series }) => {
    const head = `<text class="label" x="${left}" y="${y + 16}">${escapeHtml(label)}</text>`;
    y += 24;
    const lanes = series.map(({ name, values }) => {
      const centre = y + lane / 2;
      y += lane;
      const middle = median(values);
      const dots = values.map((value) => `<circle cx="${x(value)}" cy="${centre}" r="3.5"/>`).join('');
      return `<g class="series-${names.indexOf(name)}">
<path class="lane" d="M${left} ${centre}H${width - right}"/>${dots}
<path class="tick" d="M${x(middle)} ${centre - 7}V${centre + 7}"/>
<text x="${width - right + 8}" y="${centre + 4}">${number(middle)} ${escapeHtml(name)}</text></g>`;
    });
    y += gap - 24;
    return head + lanes.join('');
  });
  const words = groups
    .map(
      ({ label, series }) =>
        `${label}: ${series.map(({ name, values }) => `${name} ${number(median(values))}`).join(', ')}`,
    )
    .join('; ');
  const label = escapeHtml(`${title}. Medians: ${words}`);
  return `<figure><figcaption>${escapeHtml(title)}</figcaption><div class="scroll">
<svg class="strip" role="img" aria-label="${label}" ${sized(width, y)}>${parts.join('')}</svg></div></figure>`;
}

const sized = (width: number, height: number): string =>
  `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;

const number = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0));

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
}
