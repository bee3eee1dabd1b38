/**
 * Asymmetrik's FHIR server: its routes over HTTP, its search parameters and its classes of R4. It leaves the store to
 * its user, and takes no transactions: the store is here, and so is what splits a transaction into requests.
 */

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Bundle, BundleEntry, FhirResource, Resource } from 'fhir/r4';
import { r4Validator, type R4Validator } from '../schema';
import type { FhirServer } from './server';

/** As far as it is used here: the package has no types. */
interface Core {
  initialize(config: { profiles: Record<string, Profile>; logging: { level: string } }): {
    app: Parameters<typeof createServer>[1];
  };
  resolveSchema(version: string, type: string): new (resource: unknown) => { toJSON(): FhirResource };
}

interface Profile {
  versions: string[];
  service: Record<string, (args: Args, context: { req: { body: unknown } }) => Promise<unknown>>;
}

type Args = Readonly<Record<string, string>>;
type Stored = Map<string, FhirResource>;

const core = createRequire(import.meta.url)('@asymmetrik/node-fhir-server-core') as Core;
const VERSION = '4_0_1';
const TYPES = ['Binary', 'Consent', 'DocumentReference', 'Media', 'Provenance'] as const;

let schema: R4Validator | undefined;

export async function asymmetrik(): Promise<FhirServer> {
  const profiles = Object.fromEntries(TYPES.map((type) => [type, { versions: [VERSION], service: storeOf(type) }]));
  const server = createServer(core.initialize({ profiles, logging: { level: 'none' } }).app);
  // Compiling the schema takes longer than connections are kept by default.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${VERSION}`;
  const get = async (url: string): Promise<unknown> => (await send('GET', `${base}/${url}`)).json();
  return {
    transact: (bundle) => transact(bundle, base),
    all: async <T extends Resource>(type: T['resourceType']) =>
      ((await get(type)) as Bundle<T>).entry?.flatMap(({ resource }) => resource ?? []) ?? [],
    read: async <T extends Resource>(url: string) => (await get(url)) as T,
    issues: (resource) => (schema ??= r4Validator()).resource(resource),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Keeps resources of one type as the server's own class reads and writes them. */
function storeOf(type: string): Profile['service'] {
  const stored: Stored = new Map();
  const keep = (id: string, body: unknown): void => {
    stored.set(id, new (core.resolveSchema(VERSION, type))({ ...(body as object), id }).toJSON());
  };
  return {
    search: async (args) => {
      const found = [...stored.values()].filter((resource) => isFound(resource as Searchable, args));
      return { resourceType: 'Bundle', type: 'searchset', entry: found.map((resource) => ({ resource })) };
    },
    searchById: async ({ id = '' }) => stored.get(id),
    create: async (_, { req }) => {
      const id = `${stored.size + 1}`;
      keep(id, req.body);
      return { id };
    },
    update: async ({ id = '' }, { req }) => {
      const created = !stored.has(id);
      keep(id, req.body);
      return { id, created };
    },
  };
}

interface Searchable {
  identifier?: { system?: string; value?: string }[];
  subject?: { reference?: string };
  patient?: { reference?: string };
}

/** @param args what the server knows as search parameters of the type; it leaves out what it does not know */
function isFound({ identifier, subject, patient }: Searchable, args: Args): boolean {
  const named = identifier?.map(({ system, value }) => `${system}|${value}`) ?? [];
  return (
    (args.identifier === undefined || named.includes(args.identifier)) &&
    (args.patient === undefined || (subject ?? patient)?.reference === args.patient)
  );
}

/** Sends the entries one after the other, as https://hl7.org/fhir/R4/http.html#trules has them processed. */
async function transact({ entry = [] }: Bundle, base: string): Promise<void> {
  let rest = entry;
  for (let one = rest.shift(); one; one = rest.shift()) {
    const reference = await perform(one, base);
    rest = JSON.parse(JSON.stringify(rest).replaceAll(one.fullUrl ?? '', reference)) as BundleEntry[];
  }
}

/** Returns the reference of what an entry created, or found. */
async function perform({ request, resource }: BundleEntry, base: string): Promise<string> {
  const { method = 'POST', url = '', ifNoneExist } = request ?? {};
  if (ifNoneExist !== undefined) {
    const found = (await (await send('GET', `${base}/${url}?${ifNoneExist}`)).json()) as Bundle;
    const [first] = found.entry ?? [];
    if (first?.resource) return `${url}/${first.resource.id}`;
  }
  const response = await send(method, `${base}/${url}`, resource);
  return (response.headers.get('Location') ?? '').replace(`${VERSION}/`, '');
}

async function send(method: string, url: string, body?: unknown): Promise<Response> {
  const response = await fetch(url, {
    method,
    headers: { 'Content-Type': 'application/fhir+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response;
}
