package supervise

import "syscall"

// attributes put the child in a group of its own, and ask the kernel to end it
// should we die without a chance to.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
