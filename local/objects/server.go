// Package objects serves S3 from a folder: VersityGW with its POSIX backend,
// path-style, with one bucket, CORS, and the expiry of old objects, which
// VersityGW lacks.
package objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/gofiber/fiber/v3"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
	"github.com/versity/versitygw/s3api"

	"github.com/clinicpro/photobridge/local/clock"
)

const (
	startLimit = 10 * time.Second
	maxDrained = 64 << 20 // bytes
)

// Config holds the server's settings.
type Config struct {
	Folder    string // where objects and their metadata are kept
	AccessKey string
	SecretKey string
	Region    string
	Bucket    string
	Origins   []string     // whose pages may PUT and GET with a signed URL
	Clock     *clock.Clock // by which signatures and objects expire; nil means the system's
}

// Server is an http.Handler that speaks S3. There can be one in a process:
// the gateway in it has global state, and changes the working directory.
type Server struct {
	config  Config
	client  *s3.Client
	proxy   *httputil.ReverseProxy
	sockets string // folder of the gateway's socket
	stop    context.CancelFunc
	stopped chan error
}

// Start runs the gateway and makes the bucket. It fails if the folder cannot
// be used.
func Start(ctx context.Context, config Config) (*Server, error) {
	if config.Clock == nil {
		config.Clock = &clock.Clock{}
	}
	s := &Server{config: config, stopped: make(chan error, 1)}
	var err error
	if s.config.Folder, err = filepath.Abs(config.Folder); err != nil {
		return nil, err
	}
	// Not in the data folder: a socket's path may have 108 bytes at most.
	if s.sockets, err = os.MkdirTemp("", "photobridge-s3-"); err != nil {
		return nil, err
	}
	if err := s.runGateway(); err != nil {
		os.RemoveAll(s.sockets)
		return nil, err
	}
	transport := &http.Transport{DialContext: s.dial, DisableCompression: true, MaxIdleConnsPerHost: 32}
	s.proxy = s.newProxy(transport)
	s.client = s3.New(s3.Options{
		BaseEndpoint: aws.String("http://s3.local"), // the transport knows better
		Region:       config.Region,
		Credentials:  credentials.NewStaticCredentialsProvider(config.AccessKey, config.SecretKey, ""),
		HTTPClient:   &http.Client{Transport: transport},
		UsePathStyle: true,
	})
	if err := s.makeBucket(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) runGateway() error {
	folders := []string{filepath.Join(s.config.Folder, "objects"), filepath.Join(s.config.Folder, "metadata")}
	for _, folder := range folders {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
	}
	// Metadata is kept in separate files. Many file systems of developers' machines
	// have no extended attributes.
	sidecar, err := meta.NewSideCar(folders[1])
	if err != nil {
		return err
	}
	backend, err := posix.New(folders[0], sidecar, posix.PosixOpts{ForceNoTmpFile: true})
	if err != nil {
		return fmt.Errorf("start the S3 backend in %s: %w", s.config.Folder, err)
	}
	listening := make(chan struct{})
	gateway, stop := context.WithCancel(context.Background())
	s.stop = stop
	go func() {
		s.stopped <- embedgw.RunVersityGW(gateway, backend, &embedgw.Config{
			RootUserAccess:    s.config.AccessKey,
			RootUserSecret:    s.config.SecretKey,
			Region:            s.config.Region,
			Ports:             []string{s.socket()},
			MaxConnections:    1024,
			MaxRequests:       512,
			MultipartMaxParts: 10000,
			KeepAlive:         true,
			Quiet:             true,
			IAMService: oneAccount{auth.NewIAMServiceSingle(auth.Account{
				Access: s.config.AccessKey, Secret: s.config.SecretKey, Role: auth.RoleAdmin,
			})},
			S3Options: []s3api.Option{
				s3api.WithOnListen(func() { close(listening) }),
				s3api.WithMiddleware("/", drain),
			},
		})
	}()
	select {
	case <-listening:
		return nil
	case err := <-s.stopped:
		stop()
		return fmt.Errorf("start the S3 gateway: %w", err)
	case <-time.After(startLimit):
		stop()
		return errors.New("start the S3 gateway: it did not listen in time")
	}
}

// oneAccount makes the gateway respond to an unknown access key as S3 does: with
// InvalidAccessKeyId.
type oneAccount struct{ auth.IAMService }

func (o oneAccount) GetUserAccount(access string) (auth.Account, error) {
	account, err := o.IAMService.GetUserAccount(access)
	if err != nil {
		return auth.Account{}, auth.ErrNoSuchUser
	}
	return account, nil
}

// drain reads the rest of a refused request. The gateway would stop reading after
// 256 KiB and cut the connection, and the client would lose the response.
func drain(ctx fiber.Ctx) error {
	err := ctx.Next()
	if stream := ctx.Request().BodyStream(); stream != nil && ctx.Request().Header.ContentLength() > 0 {
		_, _ = io.CopyN(io.Discard, stream, maxDrained)
	}
	return err
}

func (s *Server) socket() string { return filepath.Join(s.sockets, "s3.sock") }

func (s *Server) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	var dialer net.Dialer
	return dialer.DialContext(ctx, "unix", s.socket())
}

// newProxy passes requests on unchanged, because the host is part of a signature.
func (s *Server) newProxy(transport http.RoundTripper) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", "s3.local", r.In.Host
		},
		Transport: transport,
		ErrorLog:  log.New(io.Discard, "", 0), // clients that go away are no news
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() == nil {
				s.refuse(
					w,
					r,
					http.StatusServiceUnavailable,
					"ServiceUnavailable",
					"The local S3 gateway does not respond.",
				)
			}
		},
	}
}

// ServeHTTP speaks S3.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if refusal := s.expired(r, s.config.Clock.Now()); refusal != nil {
		s.refuse(w, r, http.StatusForbidden, refusal.code, refusal.message)
		return
	}
	s.proxy.ServeHTTP(w, r)
}

// Close stops the gateway. The folder keeps its objects.
func (s *Server) Close() error {
	s.stop()
	err := <-s.stopped
	return errors.Join(err, os.RemoveAll(s.sockets))
}
