// Command local is the local cloud: everything that the edge needs, in one
// process and with no account. With a command after --, such as wrangler dev,
// it runs that on top, prints the links, and takes it down again.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/clinicpro/photobridge/local/cloud"
	"github.com/clinicpro/photobridge/local/supervise"
)

const edgeLimit = 110 * time.Second

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "local:", err)
	}
	os.Exit(code)
}

// run returns the exit code: the command's own if it ends by itself, 0 after a
// request to stop, 1 after a failure, 2 for a wrong flag.
func run(args []string) (int, error) {
	config, command, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return 0, nil
	}
	if err != nil {
		return 2, err
	}
	// The S3 gateway changes the working directory.
	folder, err := os.Getwd()
	if err != nil {
		return 1, err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()

	began := time.Now()
	running, err := cloud.Start(ctx, config)
	if err != nil {
		return 1, err
	}
	fmt.Printf("local cloud up in %d ms; status: %s\n", time.Since(began).Milliseconds(), config.Control())
	code := 0
	if len(command) == 0 {
		fmt.Printf("the edge's variables: %s\n", running.EnvFile())
		<-ctx.Done()
	} else {
		code, err = serve(ctx, running, config, command, folder)
	}
	stop() // a second Ctrl-C ends us at once
	return code, errors.Join(err, running.Close())
}

// serve runs the edge until it ends or we are asked to stop.
func serve(
	ctx context.Context,
	running *cloud.Cloud,
	config cloud.Config,
	command []string,
	folder string,
) (int, error) {
	if err := config.CheckOtherPorts(); err != nil {
		return 1, err
	}
	child, err := supervise.Start(command, folder)
	if err != nil {
		return 1, err
	}
	defer child.Stop()
	gateway, err := supervise.Start([]string{gatewayBinary(), "-config", running.GatewayFile()}, folder)
	if err != nil {
		return 1, err
	}
	defer gateway.Stop()
	ready := make(chan error, 1)
	waiting, cancel := context.WithTimeout(ctx, edgeLimit)
	defer cancel()
	go func() { ready <- running.AwaitEdge(waiting) }()
	for {
		select {
		case <-ctx.Done():
			return 0, nil
		case <-child.Done():
			return child.Status(), nil
		case <-gateway.Done():
			return 1, fmt.Errorf("the gateway ended with status %d", gateway.Status())
		case err := <-ready:
			if ctx.Err() != nil {
				return 0, nil
			}
			if err != nil {
				return 1, fmt.Errorf("the edge did not respond at %s/healthz within %s", config.Edge(), edgeLimit)
			}
			printLinks(ctx, running, config)
		}
	}
}

func printLinks(ctx context.Context, running *cloud.Cloud, config cloud.Config) {
	fmt.Printf("\n  desktop  %s\n", config.Desktop())
	fmt.Printf("  Evolution's toolbar  %s\n  SMART    %s\n", config.Toolbar(), config.SMART())
	link, err := running.PhoneLink(ctx)
	if err != nil {
		fmt.Fprintf(os.Stderr, "  phone    no link: %v\n", err)
		return
	}
	fmt.Printf("  phone    %s\n\n  Ctrl-C stops everything.\n", link)
}

// gatewayBinary is the gateway next to this program.
func gatewayBinary() string {
	self, err := os.Executable()
	if err != nil {
		return "photobridge-gateway"
	}
	return filepath.Join(filepath.Dir(self), "photobridge-gateway")
}

// parse reads flags, whose defaults are environment variables.
func parse(args []string) (cloud.Config, []string, error) {
	var c cloud.Config
	port, err := strconv.Atoi(env("PORT", "8787"))
	if err != nil {
		return c, nil, fmt.Errorf("PORT is %q: use a number, such as PORT=9787", os.Getenv("PORT"))
	}
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	flags.IntVar(&c.Port, "port", port, "the first of ten `port`s (PORT)")
	flags.StringVar(&c.Host, "host", env("HOST", "127.0.0.1"), "the `address` that others reach this machine at (HOST)")
	flags.StringVar(&c.Data, "data", env("DATA", ".local"), "the `folder` that everything is kept in (DATA)")
	flags.StringVar(
		&c.RedisURL,
		"redis",
		os.Getenv("REDIS_URL"),
		"the `URL` of a real Redis instead of the embedded one (REDIS_URL)",
	)
	flags.StringVar(&c.HostPage, "page", "build/host", "the `folder` of the built host page")
	flags.StringVar(&c.DeskPage, "desk", "build/desk", "the `folder` of the built desk page")
	flags.Uint64Var(&c.Seed, "seed", 1, "the `number` that the faults start from")
	flags.Usage = func() {
		fmt.Fprintf(flags.Output(), "usage: local [flags] [-- command args...]\n\n")
		flags.PrintDefaults()
	}
	err = flags.Parse(args)
	return c, flags.Args(), err
}

func env(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
