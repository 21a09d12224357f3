package peertest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// PostgresOnSmallDisk is Postgres with its data on a file system of 80 MB in memory,
// which fill leaves no room on and free empties again. The data does not survive Kill. It
// needs root and Linux: nobody else may mount, and PostgreSQL runs as another user.
func PostgresOnSmallDisk(t testing.TB) (peer *PostgresPeer, fill, free func()) {
	t.Helper()
	bin := postgresPrograms(t)
	tools := Need(t, "unshare", "setpriv", "mount")
	owner := postgresOwner(t)
	if owner == nil {
		Missing(t, "root, to mount a file system for PostgreSQL")
	}
	dir := t.TempDir()
	if output, err := exec.CommandContext(t.Context(), tools[0], "--mount", tools[2], "-t", "tmpfs", "none", dir).CombinedOutput(); err != nil {
		Missing(t, fmt.Sprintf("the right to mount a file system: %v %s", err, output))
	}
	address := FreeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	as := fmt.Sprintf("setpriv --reuid=%d --regid=%d --clear-groups --pdeathsig=KILL %s/", owner.uid, owner.gid, bin)
	steps := []string{
		fmt.Sprintf("mount -t tmpfs -o size=80m,mode=0700,uid=%d,gid=%d none /mnt && cd /mnt", owner.uid, owner.gid),
		as + "initdb --pgdata=/mnt/data --username=telemetry --auth=trust --encoding=UTF8 --locale=C --no-sync",
		"exec " + as + "postgres -D /mnt/data -p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=",
	}
	dsn := fmt.Sprintf("postgres://telemetry@%s/postgres?sslmode=disable", address)
	launched := launch(&Peer{
		t: t, name: "postgres", quit: syscall.SIGQUIT,
		ready: func() error {
			connection, err := pgx.Connect(t.Context(), dsn)
			if err != nil {
				return err
			}
			return connection.Close(t.Context())
		},
		command: func() *exec.Cmd { return exec.Command(tools[0], "--mount", "sh", "-c", strings.Join(steps, " && ")) },
	}, dir)
	fill, free = Filler(t, fmt.Sprintf("/proc/%d/root/mnt/filler", launched.PID()))
	return &PostgresPeer{Peer: launched, DSN: dsn}, fill, free
}

// Filler returns functions that take all room of a file system by a file on it, and give it back.
func Filler(t testing.TB, name string) (fill, free func()) {
	fill = func() {
		file, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		for chunk := bytes.Repeat([]byte{1}, 4096); err == nil; {
			_, err = file.Write(chunk)
		}
	}
	free = func() {
		if err := os.Remove(name); err != nil {
			t.Error(err)
		}
	}
	return fill, free
}
