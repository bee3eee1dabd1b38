//go:build !js

package main

import (
	"flag"
	"log"
	"net/http"
	"os"
	"time"
)

func main() {
	address := flag.String("listen", "127.0.0.1:8787", "address to listen on")
	flag.Parse()
	server := &http.Server{
		Addr: *address,
		Handler: newApp(platform{
			getenv:    os.Getenv,
			transport: http.DefaultTransport,
			log:       func(line []byte) { os.Stdout.Write(append(line, '\n')) },
		}),
		ReadHeaderTimeout: 10 * time.Second,
	}
	log.Fatal(server.ListenAndServe())
}
