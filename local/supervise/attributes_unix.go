//go:build unix && !linux

package supervise

import "syscall"

// attributes puts the child in its own group.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
