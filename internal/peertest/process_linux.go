package peertest

import (
	"os/exec"
	"syscall"
)

// DieWithTest keeps a program that is about to be started from outliving a test
// that is itself killed.
func DieWithTest(command *exec.Cmd) { attributes(command).Pdeathsig = syscall.SIGKILL }

// runAs starts a program as another user; nil is this one.
func runAs(command *exec.Cmd, owner *account) {
	if owner != nil {
		attributes(command).Credential = &syscall.Credential{Uid: uint32(owner.uid), Gid: uint32(owner.gid)}
	}
}

func attributes(command *exec.Cmd) *syscall.SysProcAttr {
	if command.SysProcAttr == nil {
		command.SysProcAttr = &syscall.SysProcAttr{}
	}
	return command.SysProcAttr
}
