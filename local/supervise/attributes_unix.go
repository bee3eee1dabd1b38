//go:build unix && !linux

package supervise

import "syscall"

// attributes put the child in its own group.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
