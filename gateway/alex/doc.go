// Package alex is the client of Medtech's ALEX API: it decodes launches from
// Medtech Evolution, reads the patient, and files photos in the inbox.
//
// ALEX is a FHIR R4 server with additional rules. docs/medtech.md lists them, and
// separates what is known from what has to be tried at a practice.
package alex
