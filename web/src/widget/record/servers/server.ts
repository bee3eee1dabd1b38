/** What the tests need from any FHIR server. */

import type { Bundle, Resource } from 'fhir/r4';

export interface FhirServer {
  /** Sends a transaction. @throws Error if the server refuses it or a part of it */
  transact(bundle: Bundle): Promise<void>;
  /** All resources of a type. */
  all<T extends Resource>(type: T['resourceType']): Promise<T[]>;
  /** A resource by its relative URL, such as "Binary/1". */
  read<T extends Resource>(url: string): Promise<T>;
  /** What is wrong with a resource. */
  issues(resource: Resource): string[];
  /** Stops it. */
  stop(): Promise<void>;
}
