/** Lists npm packages from the lock file, with what the registry knows of them. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dependency } from './report.ts';

interface Lock {
  packages: Record<
    string,
    { version?: string; license?: string; dev?: boolean; devOptional?: boolean; optional?: boolean }
  >;
}

/** Returns the installed packages: those that are shipped, and those that are only used to build and test. */
export function npmDependencies(root: string): { shipped: Dependency[]; tools: Dependency[] } {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const newer = outdated(root);
  const all = Object.entries(packages).flatMap(([path, { version = '', license = 'unknown', dev, devOptional }]) => {
    const name = path.split('node_modules/').at(-1) ?? '';
    return path === ''
      ? []
      : [
          {
            dev: Boolean(dev ?? devOptional),
            dependency: {
              name,
              version,
              licence: license,
              newer: path === `node_modules/${name}` ? newer.get(name) : undefined,
            },
          },
        ];
  });
  const those = (dev: boolean): Dependency[] =>
    all.filter((one) => one.dev === dev).map(({ dependency }) => dependency);
  return { shipped: those(false), tools: those(true) };
}

/** Returns the newest versions. `npm outdated` exits with 1 if anything is outdated, which is no error here. */
function outdated(root: string): Map<string, string> {
  const answer = JSON.parse(npm(root, 'outdated') || '{}') as Record<string, { latest?: string }>;
  return new Map(Object.entries(answer).flatMap(([name, { latest }]) => (latest ? [[name, latest]] : [])));
}

/** Returns a sentence for each known vulnerability, or undefined if the registry has no audit service. */
export function npmAudit(root: string): string[] | undefined {
  const answer = JSON.parse(npm(root, 'audit') || '{}') as {
    vulnerabilities?: Record<string, { severity: string; range: string }>;
  };
  if (!answer.vulnerabilities) return undefined;
  return Object.entries(answer.vulnerabilities).map(([name, { severity, range }]) => `${name} ${range}: ${severity}`);
}

function npm(root: string, command: string): string {
  try {
    return execFileSync('npm', [command, '--json'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch (error) {
    return (error as { stdout?: string }).stdout ?? '';
  }
}
