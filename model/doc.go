// Package model plays whole encounters in simulated time: the edge's real handler
// over its real store and an object store that fails, the phones' real upload
// queues and journals, desktops, two patients, and people who press, correct,
// remove, end, switch, reload, lose the network and have wrong clocks. Each rule
// that is checked is named after the sentence that it keeps.
package model
