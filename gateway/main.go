//go:build !js

// Command gateway runs next to a record system. It opens Photobridge for the patient
// that is selected there, and writes the photos into that patient's record. It
// stores no photo and has no database.
//
//	gateway -config gateway.toml          serves
//	gateway -config gateway.toml -check   examines the configuration and the record system
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/clinicpro/photobridge/gateway/config"
	"github.com/clinicpro/photobridge/gateway/keyring"
	"github.com/clinicpro/photobridge/gateway/once"
	"github.com/clinicpro/photobridge/gateway/server"
)

const (
	// launchMemory is much longer than a launch is valid, because a launch of Medtech
	// may have no time. Each is an empty file.
	launchMemory = 90 * 24 * time.Hour
	tidyEvery    = 10 * time.Minute
	stopLimit    = 30 * time.Second // time to finish a commit that is running
)

func main() {
	path := flag.String("config", "gateway.toml", "the configuration file")
	check := flag.Bool("check", false, "examine the configuration and the record system, then end")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *path, *check); err != nil {
		fmt.Fprintln(os.Stderr, "gateway:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, path string, check bool) error {
	c, err := config.Load(path, os.Getenv)
	if err != nil {
		return err
	}
	if c.TLS.Certificate != "" {
		if _, err := tls.LoadX509KeyPair(c.TLS.Certificate, c.TLS.Key); err != nil {
			return fmt.Errorf("tls: %w", err)
		}
	}
	used := once.Memory{Folder: filepath.Join(c.State, "used"), Life: launchMemory, Now: time.Now}
	if err := os.MkdirAll(used.Folder, 0o700); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	keys, err := keyring.Open(filepath.Join(c.State, "keys"), time.Now)
	if err != nil {
		return err
	}
	systems := newSystems(c, keys)
	if check {
		return systems.check(ctx, c, os.Stdout)
	}
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	s := &server.Server{
		Config: c, Keys: keys, Used: used, Records: systems, Log: log, Now: time.Now,
	}
	if systems.alex != nil {
		s.Medtech = systems.alex
	}
	if systems.smart != nil {
		s.SMART = systems.smart
	}
	go tidy(ctx, keys, used, log)
	return serve(ctx, c, s.Handler(), log)
}

// tidy rotates keys and forgets used launches until ctx is done.
func tidy(ctx context.Context, keys *keyring.Keyring, used once.Memory, log *slog.Logger) {
	for {
		if err := errors.Join(keys.Rotate(), used.Forget()); err != nil {
			log.Error("the state folder cannot be tidied", "cause", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(tidyEvery):
		}
	}
}

// serve runs until ctx is done, then lets requests finish.
func serve(ctx context.Context, c config.Config, handler http.Handler, log *slog.Logger) error {
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	web := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
	}
	ended := make(chan error, 1)
	go func() {
		if c.TLS.Certificate != "" {
			ended <- web.ServeTLS(listener, c.TLS.Certificate, c.TLS.Key)
			return
		}
		ended <- web.Serve(listener)
	}()
	log.Info("listening", "address", listener.Addr().String())
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	return web.Shutdown(stopping)
}
