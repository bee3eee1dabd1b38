import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCloud } from '../../harness/stack/cloud.ts';
import { start, type Program } from '../../harness/stack/program.ts';

/** The local cloud, with the Redis that it uses. */
export interface BenchCloud {
  /** The variables that every worker is configured with. */
  env: Record<string, string>;
  redis: string;
  stop(): Promise<void>;
}

export interface Worker {
  name: string;
  origin: string;
  pid: number;
  stop(): Promise<void>;
}

/**
 * Starts the local cloud alone. Where the machine has a redis-server, it
 * replaces the embedded one, whose Lua would take more of the machine than the
 * workers that are measured.
 */
export async function startBenchCloud(port: number): Promise<BenchCloud> {
  const redisPort = port + 9; // after the cloud's own
  const redis = await startRedis(redisPort);
  const options = redis ? { port, redisUrl: `redis://127.0.0.1:${redisPort}` } : { port };
  const cloud = await startCloud(options).catch(async (error: unknown) => {
    await redis?.stop();
    throw error;
  });
  return {
    env: cloud.env,
    redis: redis ? 'redis-server' : 'the embedded Redis',
    stop: async () => {
      await cloud.stop();
      await redis?.stop();
    },
  };
}

/** Undefined where there is none on this machine. */
async function startRedis(port: number): Promise<Program | undefined> {
  const options = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no'];
  return start('redis-server', options, (output) => output.includes('Ready to accept connections')).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    },
  );
}

/** How a worker is profiled. */
export interface Profiling {
  /** Port of its inspector. */
  inspector: number;
  /** The Go program with its names. */
  program: string;
}

/** A worker as wrangler deploys it, in a folder. */
export interface Bundle {
  name: string;
  folder: string;
  files: string[];
}

/** Bundles one of the workers beside this file. */
export function bundle(root: string, name: string): Bundle {
  const folder = mkdtempSync(join(tmpdir(), 'photobridge-worker-'));
  execFileSync('wrangler', ['deploy', '--dry-run', '--config', `bench/edge/${name}.toml`, '--outdir', folder], {
    cwd: root,
    stdio: 'pipe',
  });
  return { name, folder, files: readdirSync(folder) };
}

export function removeBundle({ folder }: Bundle): void {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Runs a bundle on a separate workerd, because wrangler's development server would add its own time. Resolves when
 * `isReady` does so with true for its origin.
 */
export async function serve(
  { name, folder, files }: Bundle,
  port: number,
  env: Record<string, string>,
  isReady: (origin: string) => Promise<boolean>,
  options: string[] = [],
): Promise<Worker> {
  const main = name === 'peer' ? 'worker.js' : `${name}.js`;
  writeFileSync(join(folder, 'config.capnp'), configuration(files, main, port, env));
  const origin = `http://127.0.0.1:${port}`;
  const { pid, stop } = await start('workerd', ['serve', ...options, join(folder, 'config.capnp')], () =>
    isReady(origin),
  );
  return { name, origin, pid, stop };
}

/** Bundles one of the workers beside this file, and runs it until it responds. */
export async function startWorker(
  root: string,
  name: string,
  port: number,
  env: Record<string, string>,
  profiling?: Profiling,
): Promise<Worker> {
  const bundled = bundle(root, name);
  const program = bundled.files.find((file) => file.endsWith('edge.wasm'));
  if (profiling && program) copyFileSync(profiling.program, join(bundled.folder, program));
  const responds = (origin: string): Promise<boolean> =>
    fetch(`${origin}/api/medtech/session/token/x`).then(
      (r) => r.status < 500,
      () => false,
    );
  const inspector = profiling ? [`--inspector-addr=127.0.0.1:${profiling.inspector}`] : [];
  const worker = await serve(bundled, port, env, responds, inspector);
  return {
    ...worker,
    stop: async () => {
      await worker.stop();
      removeBundle(bundled);
    },
  };
}

/** workerd's configuration (workerd.capnp) for the modules of a bundle. */
function configuration(files: string[], main: string, port: number, env: Record<string, string>): string {
  const text = (value: string): string => JSON.stringify(value);
  const kinds: Record<string, string> = { js: 'esModule', wasm: 'wasm', lua: 'text' };
  const modules = [main, ...files.filter((file) => file !== main)].flatMap((file) => {
    const kind = kinds[file.split('.').at(-1) ?? ''];
    return kind === undefined ? [] : [`(name = ${text(file)}, ${kind} = embed ${text(file)})`];
  });
  const bindings = Object.entries(env).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "internet", network = (allow = ["public", "private"]))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  compatibilityDate = "2026-01-01",
  modules = [${modules.join(', ')}],
  bindings = [${bindings.join(', ')}],
);
`;
}

/** The processes of workerd that a worker consists of, with their resident memory. */
function workerds({ pid: first }: Worker): { pid: string; kilobytes: number }[] {
  const processes = execFileSync('ps', ['-eo', 'pid=,ppid=,rss=,comm='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const family = new Set([String(first)]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const [pid = '', parent = ''] of processes)
      if (family.has(parent) && !family.has(pid)) grown = Boolean(family.add(pid));
  }
  return processes
    .filter(([pid = '', , , name = '']) => family.has(pid) && name.startsWith('workerd'))
    .map(([pid = '', , rss]) => ({ pid, kilobytes: Number(rss) }));
}

export function residentMegabytes(worker: Worker): number {
  return Math.round(workerds(worker).reduce((sum, { kilobytes }) => sum + kilobytes, 0) / 1024);
}

const TICKS_A_SECOND = 100; // of /proc/*/stat, proc(5)

/** Processor time that a worker has used, in milliseconds; NaN where there is no /proc. */
export function processorMilliseconds(worker: Worker): number {
  try {
    return workerds(worker).reduce((sum, { pid }) => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      return sum + ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_A_SECOND;
    }, 0);
  } catch {
    return NaN;
  }
}
