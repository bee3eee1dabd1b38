// Package alex is the client of Medtech's ALEX API: it decodes launches from
// Medtech Evolution, reads the patient, and files photos in the inbox.
//
// ALEX is a FHIR R4 server with rules of its own. docs/medtech.md lists them,
// with what is known and what only a real site can show.
package alex
