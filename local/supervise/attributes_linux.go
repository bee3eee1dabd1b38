package supervise

import "syscall"

// attributes put the child in its own group, and ask the kernel to end it
// should we die without a chance to.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
