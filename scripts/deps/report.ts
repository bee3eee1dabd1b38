import { wantsALook } from './licence.ts';

export interface Dependency {
  name: string;
  version: string;
  /** SPDX identifier. */
  licence: string;
  /** The newest version; undefined if it is installed or unknown. */
  newer: string | undefined;
}

/** Is shown as the newest version if the registry or proxy does not report it. */
export const UNREACHABLE = 'not reachable';

/** Describes dependencies: newer versions, the number of each licence and, for shipped ones, the licences to check. */
export function table(title: string, dependencies: readonly Dependency[], handedOn: boolean): string {
  const newer = dependencies
    .filter((one) => one.newer && one.newer !== UNREACHABLE)
    .map(({ name, version, newer: latest }) => `  ${name} ${version} → ${latest}`);
  const silent = dependencies.filter((one) => one.newer === UNREACHABLE).map(({ name }) => name);
  const counts = new Map<string, number>();
  for (const { licence } of dependencies) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  const licences = [...counts].sort(([, a], [, b]) => b - a).map(([licence, count]) => `${licence} ${count}`);
  const look = dependencies
    .filter(({ licence }) => handedOn && wantsALook(licence))
    .map(({ name, version, licence }) => `  ${name} ${version}: ${licence}`);
  return [
    `${title}: ${dependencies.length}`,
    newer.length > 0 ? `newer versions:\n${newer.join('\n')}` : 'newer versions: none of those named directly',
    ...(silent.length > 0 ? [`newer versions ${UNREACHABLE}: ${silent.join(', ')}`] : []),
    `licences: ${licences.join(', ')}`,
    ...(look.length > 0 ? [`to look at, since they ask for more than a notice:\n${look.join('\n')}`] : []),
    '',
  ].join('\n');
}
