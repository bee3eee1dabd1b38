/** A figure with its budget, as in bench/out/report.json. */

export interface Row {
  /** Group, then what: "compress/native/time/one.jpg". */
  name: string;
  value: number;
  goal: number;
  /** "×" is a ratio of two things measured side by side. */
  unit: Unit;
  /** Half the interquartile range of the rounds; 0 for what does not vary. */
  spread: number;
  /** Whether a lower or a higher value is the better one. */
  better: 'lower' | 'higher';
  machine: string;
  commit: string;
}

export type Unit = '×' | 'bytes' | 'requests' | 'commands' | 'allocations' | 'MB/s' | 'ms' | 's';

/** A row before it is known where it was measured. */
export type Figure = Omit<Row, 'machine' | 'commit'>;

export type Verdict = 'met' | 'within the noise' | 'missed' | 'reported';

/** Times depend on the machine, so they are reported but never fail the check. */
const REPORTED: readonly Unit[] = ['MB/s', 'ms', 's'];

/** A figure misses its goal only by more than the noise. */
export function verdictOf({ value, goal, unit, spread, better }: Figure): Verdict {
  if (REPORTED.includes(unit)) return 'reported';
  const beyond = better === 'lower' ? value - goal : goal - value;
  if (Number.isNaN(beyond)) return 'missed';
  if (beyond <= 0) return 'met';
  return beyond <= spread ? 'within the noise' : 'missed';
}

/** The part of its budget that a figure takes: 1 is all of it. */
export function used({ value, goal, better }: Figure): number {
  return better === 'lower' ? value / goal : goal / value;
}

/** What every report must have figures of. */
const GROUPS = ['edge', 'links', 'page', 'scan', 'sizes'] as const;

/** Sentences on what is wrong with a report; none: it is good. */
export function complaints(rows: readonly Row[]): string[] {
  const missing = GROUPS.filter((group) => !rows.some(({ name }) => name.startsWith(`${group}/`)));
  return [
    ...missing.map((group) => `${group}: nothing was measured`),
    ...rows
      .filter((row) => verdictOf(row) === 'missed')
      .map(
        (row) =>
          `${row.name}: ${say(row)}, and promised ${row.better === 'lower' ? 'at most' : 'at least'} ` +
          `${format(row.goal, row.unit)}`,
      ),
  ];
}

function say({ value, unit, spread }: Figure): string {
  return `${format(value, unit)}${spread > 0 ? ` ± ${format(spread, unit)}` : ''}`;
}

/** A value with its unit, as people read it. */
export function format(value: number, unit: Unit): string {
  switch (unit) {
    case '×':
      return `${value.toFixed(2)} ×`;
    case 'bytes':
      return `${(value / 1000).toFixed(0)} kB`;
    case 'ms':
      return `${value.toFixed(0)} ms`;
    case 'MB/s':
      return `${value.toPrecision(3)} MB/s`;
    case 'allocations':
      return value.toFixed(0);
    case 's':
      return `${value.toFixed(2)} s`;
    default:
      return value.toFixed(2);
  }
}
