/** Sums a CPU profile of V8 (https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile). */

export interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  /** The node that each sample was in, and the microseconds since the sample before. */
  samples: number[];
  timeDeltas: number[];
}

/** A function's own time, without that of what it calls. */
export interface SelfTime {
  name: string;
  kind: Kind;
  milliseconds: number;
  /** Of all that the profile's functions used. */
  share: number;
}

/** Where a function is from. */
export type Kind = 'WebAssembly' | 'JavaScript' | 'runtime' | 'collector';

/** Nodes that are no function's time: the processor did something else, or waited. */
const OUTSIDE = new Set(['(root)', '(idle)', '(program)']);

/** Functions by their own time, the longest first. */
export function selfTimes({ nodes, samples, timeDeltas }: Profile): SelfTime[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, SelfTime>();
  let all = 0;
  for (const [i, sample] of samples.entries()) {
    const frame = frames.get(sample);
    if (!frame || OUTSIDE.has(frame.functionName)) continue;
    const kind = kindOf(frame);
    const name = nameOf(frame, kind);
    const time = times.get(`${kind} ${name}`) ?? { name, kind, milliseconds: 0, share: 0 };
    // A sample stands for the time until the next one
    const took = (timeDeltas[i + 1] ?? 0) / 1000;
    time.milliseconds += took;
    all += took;
    times.set(`${kind} ${name}`, time);
  }
  const sorted = [...times.values()].sort((a, b) => b.milliseconds - a.milliseconds);
  return sorted.map((time) => ({ ...time, share: all > 0 ? time.milliseconds / all : 0 }));
}

/** The share of each group of functions, the largest first. */
export function sharesBy(times: SelfTime[], groupOf: (time: SelfTime) => string): [group: string, share: number][] {
  const shares = new Map<string, number>();
  for (const time of times) shares.set(groupOf(time), (shares.get(groupOf(time)) ?? 0) + time.share);
  return [...shares].sort(([, a], [, b]) => b - a);
}

/**
 * The package of a Go function, such as `encoding_json`. In a WebAssembly program's names, what
 * JavaScript has no letters for is an underscore.
 */
export function packageOf(name: string): string {
  return /^((?:[\w-]+\.(?:com|org|in|io|net|dev)_)?[^.]+)\./.exec(name)?.[1] ?? name;
}

type Frame = Profile['nodes'][number]['callFrame'];

function kindOf({ functionName, url }: Frame): Kind {
  if (functionName === '(garbage collector)') return 'collector';
  if (url.startsWith('wasm:')) return 'WebAssembly';
  return url === '' ? 'runtime' : 'JavaScript';
}

function nameOf({ functionName, lineNumber }: Frame, kind: Kind): string {
  if (functionName !== '' || kind !== 'JavaScript') return functionName || '(no name)';
  return `(no name), line ${lineNumber + 1}`;
}
