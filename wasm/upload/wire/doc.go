// Package wire reads and writes the JSON of everything that crosses the phone
// engine's borders: the page's commands and snapshots, the edge's messages, the
// journal's records. It does by hand what encoding/json would do by reflection,
// because that alone would be a fifth of the engine; the tests hold it to
// encoding/json, message by message.
package wire
