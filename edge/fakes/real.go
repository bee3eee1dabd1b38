package fakes

import (
	"net"
	"os"
	"os/exec"
	"testing"
	"time"
)

// RealRedis runs a Redis on a free port, without files, until the test ends, and
// returns its TCP address. It skips the test on a machine without Redis, but not
// in CI.
func RealRedis(t testing.TB) (address string) {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal("no redis-server; make readers installs it")
	}
	if err != nil {
		t.Skip("no redis-server on this machine; the embedded Redis passes the same suite")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = listener.Addr().String()
	listener.Close()
	_, port, _ := net.SplitHostPort(address)
	server := exec.Command(
		binary,
		"--bind", "127.0.0.1",
		"--port", port,
		"--save", "",
		"--appendonly", "no",
		"--dir", t.TempDir(),
	)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if connection, err := net.Dial("tcp", address); err == nil {
			connection.Close()
			return address
		}
	}
	t.Fatal("redis-server did not respond")
	return ""
}
