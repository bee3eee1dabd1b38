// Package model runs random encounters of the whole system in simulated time.
//
// Real are the edge's handler, its Redis scripts and the phones' upload queues.
// Simulated are the object store, which fails, the phones' journals, and the
// people: they press, correct, remove, end, switch patients, reload, lose the
// network and have wrong clocks. The message of a failure begins with the rule
// that was broken.
package model
