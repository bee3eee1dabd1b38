package cloud

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"

	"github.com/clinicpro/photobridge/local/control"
)

// names of the ports, for people.
var portNames = map[int]string{
	edgePort: "the edge", practicePort: "the practice system", redisPort: "Redis", objectsPort: "S3",
	realtimePort: "realtime", controlPort: "the status page", inspectorPort: "the edge's inspector",
	alexPort: "Medtech's ALEX", smartPort: "the SMART server", gatewayPort: "the gateway",
}

// listen takes every port that the local cloud serves itself. Redis and the
// status page are for this machine alone; the others are for HOST as well.
func (c Config) listen() (map[int][]net.Listener, error) {
	listeners := map[int][]net.Listener{}
	for _, offset := range []int{practicePort, redisPort, objectsPort, realtimePort, controlPort, alexPort, smartPort} {
		hosts := []string{"127.0.0.1"}
		public := offset != redisPort && offset != controlPort
		if public && !c.loopback() {
			hosts = append(hosts, c.Host)
		}
		for _, host := range hosts {
			listener, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(c.Port+offset)))
			if err != nil {
				closeAll(listeners)
				return nil, c.explain(err, host, offset)
			}
			listeners[offset] = append(listeners[offset], listener)
		}
	}
	return listeners, nil
}

// CheckOtherPorts fails if one of the ports is in use that the edge and the
// gateway will listen on.
func (c Config) CheckOtherPorts() error {
	for _, offset := range []int{edgePort, inspectorPort, gatewayPort} {
		listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Port+offset)))
		if err != nil {
			return c.explain(err, "127.0.0.1", offset)
		}
		listener.Close()
	}
	return nil
}

func (c Config) explain(err error, host string, offset int) error {
	port := c.Port + offset
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf(
			"port %d (%s) is in use: stop what uses it, or move all ports with PORT=%d",
			port,
			portNames[offset],
			c.Port+1000,
		)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("HOST is %s, which is not an address of this machine", host)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("port %d (%s) may not be used: try PORT=8787", port, portNames[offset])
	default:
		return fmt.Errorf("listen on %s port %d (%s): %w", host, port, portNames[offset], err)
	}
}

func closeAll(listeners map[int][]net.Listener) {
	for _, list := range listeners {
		for _, listener := range list {
			listener.Close()
		}
	}
}

// places returns the ports' descriptions for the status page.
func (c Config) places() []control.Place {
	redis := "Upstash REST over an embedded Redis"
	if c.RedisURL != "" {
		redis = "Upstash REST over a real Redis"
	}
	return []control.Place{
		{Name: "Practice system", Address: c.origin(practicePort), What: "host page, patients, launch tokens"},
		{Name: "Edge", Address: c.origin(edgePort), What: "API and phone page, where it runs"},
		{Name: "Redis", Address: c.local(redisPort), What: redis},
		{Name: "S3", Address: c.origin(objectsPort), What: "VersityGW on a folder"},
		{Name: "ALEX", Address: c.Toolbar(), What: "Medtech's API, and Evolution's toolbar"},
		{Name: "SMART", Address: c.SMART(), What: "a FHIR server with SMART App Launch"},
		{Name: "Gateway", Address: c.Gateway(), What: "the way into both records, where it runs"},
		{Name: "Realtime", Address: c.origin(realtimePort), What: "Ably's protocol, WebSocket and REST"},
	}
}
