// Package cloud runs everything that the edge needs on one machine with no
// account: Redis behind Upstash's REST protocol, S3, realtime, and a stand-in
// for the practice system.
package cloud

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/clinicpro/photobridge/local/alex"
	"github.com/clinicpro/photobridge/local/clock"
	"github.com/clinicpro/photobridge/local/control"
	"github.com/clinicpro/photobridge/local/fault"
	"github.com/clinicpro/photobridge/local/meter"
	"github.com/clinicpro/photobridge/local/objects"
	"github.com/clinicpro/photobridge/local/practice"
	"github.com/clinicpro/photobridge/local/realtime"
	"github.com/clinicpro/photobridge/local/redis"
	"github.com/clinicpro/photobridge/local/smart"
)

const (
	objectsLive = 24 * time.Hour // the bucket's lifecycle rule
	sweepEvery  = time.Minute
	stopLimit   = 2 * time.Second
)

// Cloud is a running local cloud.
type Cloud struct {
	config   Config
	secrets  secrets
	started  time.Time
	clocks   map[fault.Service]*clock.Clock
	faults   *fault.Injector
	meter    meter.Meter
	redis    *redis.Server
	objects  *objects.Server
	realtime *realtime.Server
	alex     *alex.Server
	smart    *smart.Server
	servers  []*http.Server
	cancel   context.CancelFunc
}

// Start starts everything. When it returns, all ports listen and EnvFile holds
// the edge's variables. Its errors are sentences for a person: a port is in use,
// a folder cannot be written.
func Start(ctx context.Context, config Config) (*Cloud, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	var err error
	if config.Data, err = filepath.Abs(config.Data); err != nil {
		return nil, err
	}
	for _, page := range []*string{&config.HostPage, &config.DeskPage} {
		if *page, err = filepath.Abs(*page); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(config.Data, 0o700); err != nil {
		return nil, fmt.Errorf("DATA: %w", err)
	}
	c := &Cloud{
		config: config, started: time.Now().UTC(), faults: fault.New(config.Seed),
		clocks: map[fault.Service]*clock.Clock{fault.Redis: {}, fault.S3: {}, fault.Realtime: {}},
	}
	if c.secrets, err = loadSecrets(config.Data); err != nil {
		return nil, err
	}
	// Ports first: they are what fails, and nothing has been started yet.
	listeners, err := config.listen()
	if err != nil {
		return nil, err
	}
	if err := c.startServices(ctx); err != nil {
		closeAll(listeners)
		return nil, errors.Join(err, c.Close())
	}
	if err := writeEnv(c.EnvFile(), config.variables(c.secrets)); err != nil {
		closeAll(listeners)
		return nil, errors.Join(err, c.Close())
	}
	if err := os.WriteFile(c.GatewayFile(), []byte(config.gatewayFile(c.secrets)), 0o600); err != nil {
		closeAll(listeners)
		return nil, errors.Join(err, c.Close())
	}
	c.serve(listeners)
	return c, nil
}

// EnvFile holds the variables of the edge.
func (c *Cloud) EnvFile() string { return filepath.Join(c.config.Data, "dev.env") }

// GatewayFile is the configuration of the gateway.
func (c *Cloud) GatewayFile() string { return filepath.Join(c.config.Data, "gateway.toml") }

func (c *Cloud) startServices(ctx context.Context) error {
	var err error
	c.redis, err = redis.New(redis.Config{
		Token:     c.secrets.RedisToken,
		URL:       c.config.RedisURL,
		Snapshot:  filepath.Join(c.config.Data, "redis.json"),
		Clock:     c.clocks[fault.Redis],
		OnCommand: c.meter.Command,
	})
	if err != nil {
		return err
	}
	c.realtime, err = realtime.New(realtime.Config{
		Key: c.secrets.AblyKey, Clock: c.clocks[fault.Realtime], Faults: c.faults, OnFrame: c.meter.Frame,
	})
	if err != nil {
		return err
	}
	c.objects, err = objects.Start(ctx, objects.Config{
		Folder:    filepath.Join(c.config.Data, "s3"),
		AccessKey: c.secrets.S3AccessKey, SecretKey: c.secrets.S3SecretKey,
		Region: region, Bucket: bucket, Origins: c.config.origins(), Clock: c.clocks[fault.S3],
	})
	if err != nil {
		return err
	}
	c.alex = alex.New(c.config.alex(c.secrets))
	if c.smart, err = smart.New(c.config.smart(c.secrets)); err != nil {
		return err
	}
	background, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c.cancel = cancel
	go c.objects.SweepEvery(background, sweepEvery, objectsLive)
	return nil
}

// handlers returns the handler of each port. Requests are counted, and fail where
// a fault was requested. The status page is exempt from both.
func (c *Cloud) handlers() map[int]http.Handler {
	steering := (&control.Server{
		Places: c.config.places(), Started: c.started, Meter: &c.meter, Faults: c.faults, Clocks: c.clocks,
		Redis: c.redis, Objects: c.objects, Realtime: c.realtime, ALEX: c.alex, SMART: c.smart,
	}).Handler()
	patients := practice.New(practice.Config{
		Edge: c.config.Edge(), LaunchSecret: c.secrets.LaunchSecret, Page: c.config.HostPage, Control: steering,
	})
	return map[int]http.Handler{
		practicePort: c.wrap(fault.Practice, practice.Route, practice.Refuse, patients),
		redisPort:    c.wrap(fault.Redis, redis.Route, redis.Refuse, c.redis),
		objectsPort:  c.wrap(fault.S3, objects.Route, c.objects.Refuse, c.objects),
		realtimePort: c.wrap(fault.Realtime, realtime.Route, c.realtime.Refuse, c.realtime),
		alexPort:     c.wrap(fault.ALEX, alex.Route, alex.Refuse, c.alex.Toolbar(c.config.Gateway())),
		smartPort:    c.wrap(fault.SMART, smart.Route, smart.Refuse, c.smart.Page(c.config.Gateway())),
		controlPort:  steering,
	}
}

type refusal func(http.ResponseWriter, *http.Request, fault.Verdict)

func (c *Cloud) wrap(
	service fault.Service,
	route func(*http.Request) string,
	refuse refusal,
	next http.Handler,
) http.Handler {
	faulty := &fault.Handler{Service: service, Injector: c.faults, Route: route, Refuse: refuse, Next: next}
	return c.meter.Handler(string(service), route, faulty)
}

// Faults returns the injector of faults.
func (c *Cloud) Faults() *fault.Injector { return c.faults }

// Clock returns the clock of a service: Redis, S3 or Realtime.
func (c *Cloud) Clock(service fault.Service) *clock.Clock { return c.clocks[service] }

// Meter returns the counters of requests to the services.
func (c *Cloud) Meter() *meter.Meter { return &c.meter }

// Realtime returns the realtime server, which can disconnect or forget its clients.
func (c *Cloud) Realtime() *realtime.Server { return c.realtime }

// Objects returns the S3 server, which lists and sweeps its objects.
func (c *Cloud) Objects() *objects.Server { return c.objects }

// Variables returns the edge's variables as they are in EnvFile.
func (c *Cloud) Variables() map[string]string {
	variables := map[string]string{}
	for _, v := range c.config.variables(c.secrets) {
		variables[v[0]] = v[1]
	}
	return variables
}

func (c *Cloud) serve(listeners map[int][]net.Listener) {
	for offset, handler := range c.handlers() {
		server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
		c.servers = append(c.servers, server)
		for _, listener := range listeners[offset] {
			go server.Serve(listener) // returns when Close is called
		}
	}
}

// Close stops everything. The data folder keeps its files.
func (c *Cloud) Close() error {
	var errs []error
	if c.cancel != nil {
		c.cancel()
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	if c.realtime != nil {
		errs = append(errs, c.realtime.Close())
	}
	for _, server := range c.servers {
		if err := server.Shutdown(ctx); err != nil {
			server.Close() // clients that are still connected had time to finish
		}
	}
	if c.objects != nil {
		errs = append(errs, c.objects.Close())
	}
	if c.redis != nil {
		errs = append(errs, c.redis.Close())
	}
	return errors.Join(errs...)
}
