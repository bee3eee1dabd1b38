package supervise

import "syscall"

// attributes puts the child in its own group, and makes the kernel end it if this
// process dies.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
