//go:build !js

package main

import (
	"flag"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/clinicpro/photobridge/edge/realtime"
)

func main() {
	address := flag.String("listen", "127.0.0.1:8787", "address to listen on; port 0 is any that is free")
	flag.Parse()
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("listening on http://%s", listener.Addr())
	server := &http.Server{
		Handler: newApp(platform{
			getenv:    os.Getenv,
			transport: http.DefaultTransport,
			outbox:    &realtime.Outgoing{HTTP: http.DefaultTransport},
			log:       func(line []byte) { os.Stdout.Write(append(line, '\n')) },
		}),
		ReadHeaderTimeout: 10 * time.Second,
	}
	log.Fatal(server.Serve(listener))
}
