// Package model runs random encounters of the whole system in simulated time.
//
// The edge's handler, its Redis scripts and the phones' upload queues are real. The
// object store, the phones' journals and the people are simulated. The store fails at
// times. People press, correct, remove, end, switch patients, reload, lose the network
// and have wrong clocks. The message of a failure begins with the rule that was broken.
package model
