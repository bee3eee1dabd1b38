//go:build unix && !linux

package supervise

import "syscall"

// attributes put the child in a group of its own.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
