package cloud

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Config holds the local cloud's folders, ports and hosts.
type Config struct {
	Port     int    // the first of ten
	Host     string // the address that others reach this machine at
	Data     string // the folder that everything is kept in
	RedisURL string // a real Redis; empty means the embedded one
	HostPage string // folder of the built host page
	DeskPage string // folder of the built desk page, which the gateway serves
	Seed     uint64 // of the faults
}

// The ports, from the first one on.
const (
	edgePort = iota
	practicePort
	redisPort
	objectsPort
	realtimePort
	controlPort
	inspectorPort
	alexPort
	smartPort
	gatewayPort
)

// check returns an error that says what to set instead.
func (c Config) check() error {
	if c.Port < 1 || c.Port+gatewayPort > 65535 {
		return fmt.Errorf("PORT is %d: it is the first of ten, so use 1024 to %d", c.Port, 65535-gatewayPort)
	}
	if ip := net.ParseIP(c.Host); c.Host == "" || ip != nil && ip.IsUnspecified() {
		return fmt.Errorf(
			"HOST is %q: use the address that a phone reaches this machine at, such as 192.168.1.20",
			c.Host,
		)
	}
	if c.Data == "" {
		return fmt.Errorf("DATA is empty: name a folder, such as .local")
	}
	return nil
}

func (c Config) loopback() bool {
	ip := net.ParseIP(c.Host)
	return c.Host == "localhost" || ip != nil && ip.IsLoopback()
}

// origin is the address of one of the ports for others.
func (c Config) origin(offset int) string { return origin(c.Host, c.Port+offset) }

func origin(host string, port int) string {
	return (&url.URL{Scheme: "http", Host: net.JoinHostPort(host, strconv.Itoa(port))}).String()
}

// local is the address of one of the ports for this machine alone.
func (c Config) local(offset int) string { return origin("127.0.0.1", c.Port+offset) }

// origins returns the origins of pages: the practice system's and the edge's,
// under each name that a browser here may use, and those in ALLOWED_ORIGINS, as
// for a deployment.
func (c Config) origins() []string {
	hosts := []string{c.Host}
	if c.loopback() {
		hosts = append(hosts, "127.0.0.1", "localhost")
	}
	var list []string
	for _, host := range hosts {
		for _, offset := range []int{practicePort, edgePort, gatewayPort} {
			if o := origin(host, c.Port+offset); !slices.Contains(list, o) {
				list = append(list, o)
			}
		}
	}
	for o := range strings.SplitSeq(os.Getenv("ALLOWED_ORIGINS"), ",") {
		if o = strings.TrimSpace(o); o != "" && !slices.Contains(list, o) {
			list = append(list, o)
		}
	}
	return list
}

// Edge is the origin of the edge, which the local cloud does not run itself.
func (c Config) Edge() string { return c.origin(edgePort) }

// Desktop is the address of the practice system's page.
func (c Config) Desktop() string { return c.origin(practicePort) + "/" }

// Toolbar is the address of Evolution's toolbar.
func (c Config) Toolbar() string { return c.origin(alexPort) + "/toolbar" }

// SMART is the address of the record system with SMART App Launch.
func (c Config) SMART() string { return c.origin(smartPort) + "/" }

// Gateway is the origin of the gateway, which the local cloud does not run itself.
func (c Config) Gateway() string { return c.origin(gatewayPort) }

// Control is the address of the status page.
func (c Config) Control() string { return c.local(controlPort) + "/" }
