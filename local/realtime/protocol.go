package realtime

// Action is the kind of a ProtocolMessage. The numbers are Ably's (TR2 of
// https://sdk.ably.com/builds/ably/specification/main/features/).
type Action int

// The supported actions.
const (
	ActionHeartbeat    Action = 0
	ActionAck          Action = 1
	ActionNack         Action = 2
	ActionConnected    Action = 4
	ActionDisconnect   Action = 5
	ActionDisconnected Action = 6
	ActionClose        Action = 7
	ActionClosed       Action = 8
	ActionError        Action = 9
	ActionAttach       Action = 10
	ActionAttached     Action = 11
	ActionDetach       Action = 12
	ActionDetached     Action = 13
	ActionPresence     Action = 14
	ActionMessage      Action = 15
	ActionSync         Action = 16
	ActionAuth         Action = 17
)

var actionNames = map[Action]string{
	ActionHeartbeat:    "HEARTBEAT",
	ActionAck:          "ACK",
	ActionNack:         "NACK",
	ActionConnected:    "CONNECTED",
	ActionDisconnect:   "DISCONNECT",
	ActionDisconnected: "DISCONNECTED",
	ActionClose:        "CLOSE",
	ActionClosed:       "CLOSED",
	ActionError:        "ERROR",
	ActionAttach:       "ATTACH",
	ActionAttached:     "ATTACHED",
	ActionDetach:       "DETACH",
	ActionDetached:     "DETACHED",
	ActionPresence:     "PRESENCE",
	ActionMessage:      "MESSAGE",
	ActionSync:         "SYNC",
	ActionAuth:         "AUTH",
}

func (a Action) String() string {
	if name, ok := actionNames[a]; ok {
		return name
	}
	return "UNKNOWN"
}

// Flags of ATTACH and ATTACHED (TR3).
const (
	flagHasBacklog        = 1 << 1
	flagResumed           = 1 << 2
	flagPresence          = 1 << 16
	flagPublish           = 1 << 17
	flagSubscribe         = 1 << 18
	flagPresenceSubscribe = 1 << 19

	allModes = flagPresence | flagPublish | flagSubscribe | flagPresenceSubscribe
)

// ProtocolMessage is one WebSocket frame.
type ProtocolMessage struct {
	Action            Action             `json:"action"`
	ID                string             `json:"id,omitempty"`
	Flags             int64              `json:"flags,omitempty"`
	Count             int                `json:"count,omitempty"`
	Error             *ErrorInfo         `json:"error,omitempty"`
	Channel           string             `json:"channel,omitempty"`
	ChannelSerial     string             `json:"channelSerial,omitempty"`
	ConnectionID      string             `json:"connectionId,omitempty"`
	ConnectionDetails *ConnectionDetails `json:"connectionDetails,omitempty"`
	MsgSerial         *int64             `json:"msgSerial,omitempty"`
	Timestamp         int64              `json:"timestamp,omitempty"` // Unix milliseconds
	Messages          []Message          `json:"messages,omitempty"`
	Presence          []any              `json:"presence,omitempty"`
	Params            map[string]string  `json:"params,omitempty"`
	Auth              *AuthDetails       `json:"auth,omitempty"`
	Res               []PublishResult    `json:"res,omitempty"`
}

// ConnectionDetails comes with CONNECTED. Times are milliseconds, sizes bytes.
type ConnectionDetails struct {
	ClientID           string `json:"clientId,omitempty"`
	ConnectionKey      string `json:"connectionKey"`
	MaxMessageSize     int64  `json:"maxMessageSize"`
	MaxFrameSize       int64  `json:"maxFrameSize"`
	ConnectionStateTTL int64  `json:"connectionStateTtl"`
	MaxIdleInterval    int64  `json:"maxIdleInterval"`
	ServerID           string `json:"serverId"`
}

// AuthDetails comes with AUTH.
type AuthDetails struct {
	AccessToken string `json:"accessToken"`
}

// PublishResult names the messages of one publish, in their order.
type PublishResult struct {
	Serials []string `json:"serials"`
}

// Message is what is published. Data is a string, bytes or nothing; Encoding
// says, outermost last, how to make a value of it: "json", "json/utf-8/base64".
type Message struct {
	ID           string          `json:"id,omitempty"`
	Name         string          `json:"name,omitempty"`
	ClientID     string          `json:"clientId,omitempty"`
	ConnectionID string          `json:"connectionId,omitempty"`
	Data         any             `json:"data,omitempty"`
	Encoding     string          `json:"encoding,omitempty"`
	Timestamp    int64           `json:"timestamp,omitempty"` // Unix milliseconds
	Extras       any             `json:"extras,omitempty"`
	Action       int             `json:"action"` // 0 is MESSAGE_CREATE, the only one served
	Serial       string          `json:"serial,omitempty"`
	Version      *MessageVersion `json:"version,omitempty"`
}

// MessageVersion is that of an edited message. Here there is only the first.
type MessageVersion struct {
	Serial    string `json:"serial,omitempty"`
	Timestamp int64  `json:"timestamp,omitempty"`
}
