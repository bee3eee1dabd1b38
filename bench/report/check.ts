/** `make bench-check`: fails if the last report misses a promise by more than its noise. Times never fail the check. */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { complaints, verdictOf, type Row } from './row.ts';

const path = fileURLToPath(new URL('../out/report.json', import.meta.url));
if (!existsSync(path)) {
  console.error('There is no bench/out/report.json yet: run make bench.');
  process.exit(1);
}
const rows = JSON.parse(readFileSync(path, 'utf8')) as Row[];
const wrong = complaints(rows);
for (const complaint of wrong) console.error(complaint);
const count = (verdict: string): number => rows.filter((row) => verdictOf(row) === verdict).length;
const photos = rows.some(({ name }) => name.startsWith('compress/'))
  ? ''
  : ' Compression was not measured: PHOTOS named no folder.';
console.log(
  `${count('met')} met, ${count('within the noise')} within the noise, ${count('missed')} missed, ` +
    `${count('reported')} times reported.${photos}`,
);
if (wrong.length > 0) process.exit(1);
