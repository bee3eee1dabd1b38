package realtime

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/vmihailenco/msgpack/v5"
)

// format is the encoding of values on the wire.
type format int

const (
	formatJSON format = iota
	formatMsgpack
)

const (
	typeJSON    = "application/json"
	typeMsgpack = "application/x-msgpack"
)

// formatOf reads a content type or an Accept header.
func formatOf(header string) format {
	if strings.Contains(header, typeMsgpack) {
		return formatMsgpack
	}
	return formatJSON
}

func (f format) contentType() string {
	if f == formatMsgpack {
		return typeMsgpack
	}
	return typeJSON
}

func (f format) marshal(value any) ([]byte, error) {
	if f == formatJSON {
		return json.Marshal(value)
	}
	var buffer bytes.Buffer
	encoder := msgpack.NewEncoder(&buffer)
	encoder.SetCustomStructTag("json")
	encoder.UseCompactInts(true)
	err := encoder.Encode(value)
	return buffer.Bytes(), err
}

func (f format) unmarshal(data []byte, into any) error {
	if f == formatJSON {
		return json.Unmarshal(data, into)
	}
	decoder := msgpack.NewDecoder(bytes.NewReader(data))
	decoder.SetCustomStructTag("json")
	return decoder.Decode(into)
}

// received normalizes the data of an incoming message: bytes become bytes in
// either format, and a bare JSON value becomes its text.
func (m *Message) received(f format) error {
	switch data := m.Data.(type) {
	case nil, []byte:
	case string:
		if f != formatJSON {
			return nil
		}
		inner, found := cutEncoding(m.Encoding, "base64")
		if !found {
			return nil
		}
		decoded, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			return fmt.Errorf("data is not the base64 that its encoding promises")
		}
		m.Data, m.Encoding = decoded, inner
	default:
		text, err := json.Marshal(data)
		if err != nil {
			return fmt.Errorf("data must be a string, bytes or a JSON value")
		}
		m.Data, m.Encoding = string(text), addEncoding(m.Encoding, "json")
	}
	return nil
}

// sent returns the message as it is sent. JSON has no bytes, so they become base64.
func (m Message) sent(f format) Message {
	if data, ok := m.Data.([]byte); ok && f == formatJSON {
		m.Data = base64.StdEncoding.EncodeToString(data)
		m.Encoding = addEncoding(m.Encoding, "base64")
	}
	return m
}

func sentAll(messages []Message, f format) []Message {
	list := make([]Message, len(messages))
	for i, m := range messages {
		list[i] = m.sent(f)
	}
	return list
}

func cutEncoding(encoding, last string) (inner string, found bool) {
	if encoding == last {
		return "", true
	}
	return strings.CutSuffix(encoding, "/"+last)
}

func addEncoding(encoding, last string) string {
	if encoding == "" {
		return last
	}
	return encoding + "/" + last
}

// frame is a ProtocolMessage for one or more connections. It is encoded once for
// each format that is needed.
type frame struct {
	message *ProtocolMessage
	once    [2]sync.Once
	bytes   [2][]byte
	err     [2]error
}

func (f *frame) encode(as format) ([]byte, error) {
	f.once[as].Do(func() {
		message := *f.message
		if message.Messages != nil {
			message.Messages = sentAll(message.Messages, as)
		}
		f.bytes[as], f.err[as] = as.marshal(&message)
	})
	return f.bytes[as], f.err[as]
}
