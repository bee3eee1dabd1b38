package wire

import "github.com/clinicpro/photobridge/wasm/upload"

// Record writes a photo's record as the journal keeps it.
func Record(r upload.Record) []byte {
	o := newObject().
		str("id", r.ID).int("order", r.Order).str("name", r.Name).str("source", r.Source).
		str("stage", string(r.Stage)).strIf("resume", string(r.Resume)).bool("asked", r.Asked).
		int("originalBytes", r.OriginalBytes).int("width", int64(r.Width)).int("height", int64(r.Height)).
		strIf("sha256", r.SHA256).strIf("s3Key", r.S3Key).
		set("warnings", array(r.Warnings, warningJSON)).
		set("metadata", metadataJSON(r.Metadata))
	problemIf(o, r.Problem)
	return o.json()
}

// ParseRecord reads a photo's record.
func ParseRecord(data []byte) (upload.Record, error) {
	o, err := parse(data)
	if err != nil {
		return upload.Record{}, err
	}
	r := upload.Record{
		ID: o.str("id"), Order: o.int("order"), Name: o.str("name"), Source: o.str("source"),
		Stage: upload.Stage(o.str("stage")), Resume: upload.Stage(o.str("resume")), Asked: o.bool("asked"),
		OriginalBytes: o.int("originalBytes"), Width: int(o.int("width")), Height: int(o.int("height")),
		SHA256: o.str("sha256"), S3Key: o.str("s3Key"), Metadata: metadata(o.child("metadata")),
	}
	for _, warning := range o.strs("warnings") {
		r.Warnings = append(r.Warnings, upload.Warning(warning))
	}
	if o.has("problem") {
		r.Problem = problem(o.child("problem"))
	}
	return r, o.err()
}
