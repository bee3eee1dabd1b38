import { format, verdictOf, used, type Row } from './row.ts';

/** The report as a table of fixed width. */
export function table(rows: readonly Row[]): string {
  const cells = [
    ['what', 'measured', '±', 'promised', 'of its budget', ''],
    ...rows.map((row) => [
      row.name,
      format(row.value, row.unit),
      row.spread > 0 ? format(row.spread, row.unit) : '',
      `${row.better === 'lower' ? '≤' : '≥'} ${format(row.goal, row.unit)}`,
      `${(used(row) * 100).toFixed(0)} %`,
      verdictOf(row),
    ]),
  ];
  const widths = cells[0]?.map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0))) ?? [];
  const aligned = (cell: string, i: number): string =>
    i === 0 || i === 5 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
  return cells.map((line) => line.map(aligned).join('  ').trimEnd()).join('\n');
}
